// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/stage.hpp"

namespace conq::test {

void Stage::make_poller() {
  // It is the constructor that has both forms.
  call({"make a console queue"}, [&](auto&... ec) { own_poller_.emplace(ec...); });
  poller_ = &*own_poller_;
}

void Stage::drop_poller() noexcept {
  poller_ = nullptr;
  own_poller_.reset();
}

std::shared_ptr<Answer> Stage::expect_answer() {
  const OwnAllocations own;
  answers_.push_back(std::make_shared<Answer>());
  return answers_.back();
}

void Stage::told(std::error_code ec) {
  if (ec) end(ec, {}, {});
}

void Stage::left(const std::exception_ptr& failure, Says says) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    end(error.code(), error.what(), says);
  } catch (const std::bad_alloc&) {
    end(std::make_error_code(std::errc::not_enough_memory), {}, says);
  }
}

void Stage::note(std::error_code error, std::string_view text, Says says) {
  const OwnAllocations own;
  if (error_) return;
  error_ = error;
  text_ = text;
  if (text.empty()) return;
  EXPECT_TRUE(says.allow(text)) << "names no call: " << text;
  EXPECT_TRUE(text.ends_with(": " + error.message())) << text;
}

void Stage::end(std::error_code error, std::string_view text, Says says) {
  note(error, text, says);
  throw Ended();
}

}  // namespace conq::test
