// SPDX-License-Identifier: Apache-2.0
#include "conq/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "device/throwing.hpp"

namespace conq {
namespace {

TEST(Error, CategoryIsNamedConq) { EXPECT_STREQ(error_category().name(), "conq"); }

TEST(Error, EveryValueHasAMessageOfItsOwn) {
  std::set<std::string> messages;
  for (const errc e : {errc::not_a_console, errc::closed, errc::shut_down, errc::hung_up,
                       errc::not_registered, errc::already_registered, errc::timed_out,
                       errc::forked, errc::foreign_peer, errc::no_descriptor,
                       errc::several_descriptors, errc::descriptor_lost, errc::not_a_pty_master}) {
    const std::string message = std::error_code(e).message();
    EXPECT_EQ(message.find("unknown"), std::string::npos) << message;
    EXPECT_TRUE(messages.insert(message).second) << message;
  }
}

TEST(Error, AnUnknownValueIsSaidToBeOne) {
  EXPECT_EQ(error_category().message(42), "unknown conq error 42");
}

TEST(Error, EnumeratorsAreErrorCodesOfConqsCategory) {
  const std::error_code ec = errc::closed;
  EXPECT_EQ(&ec.category(), &error_category());
  EXPECT_EQ(ec, errc::closed);
  EXPECT_NE(ec, errc::hung_up);
}

TEST(Error, TextSaysWhatWasTriedOnWhichConsole) {
  const auto eio = std::make_error_code(std::errc::io_error);
  try {
    detail::throw_error(eio, "read", "/dev/pts/3");
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "read /dev/pts/3: " + eio.message());
    EXPECT_EQ(error.code(), std::errc::io_error);
  }
}

TEST(Error, TextOfANamelessConsoleIsTheOperationAlone) {
  try {
    detail::throw_error(errc::closed, "resize", "");
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "resize: already closed");
  }
}

TEST(Error, NothingIsThrownForSuccess) { EXPECT_NO_THROW(detail::throw_if({}, "read", "x")); }

}  // namespace
}  // namespace conq
