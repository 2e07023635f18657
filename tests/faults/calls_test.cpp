// SPDX-License-Identifier: Apache-2.0
// Every call that the library makes fails in turn, with every error that it may have.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "tests/faults/table.hpp"
#include "tests/faults/trial.hpp"

namespace conq::test {
namespace {

/// The first ones, and the last.
std::set<long> numbers_of_interest(long count) {
  std::set<long> numbers;
  for (const long number : {1L, 2L, 3L, count}) {
    if (number <= count) numbers.insert(number);
  }
  return numbers;
}

/// How often the call is made by the scenario; 0 where that cannot be played without another.
long count_of(const Scenario& scenario, const Row& row) {
  static std::map<std::pair<std::string_view, Call>, std::array<long, call_count>> known;
  const auto [found, is_new] = known.try_emplace({scenario.name, row.without});
  if (is_new) {
    const Trial trial = rehearse(scenario, {Call::count, 0, 0, row.without, row.without_error});
    EXPECT_TRUE(!trial.error || row.without != Call::count) << trial.error.message();
    if (trial.error) return 0;
    for (std::size_t call = 0; call < call_count; ++call) {
      found->second.at(call) = calls_made(static_cast<Call>(call));
    }
  }
  return found->second.at(static_cast<std::size_t>(row.call));
}

/// How `trial` has taken an `error`; 0 for none of those that there are.
unsigned fate_of(const Trial& trial, int error) {
  if (!trial.error) return got_over;
  if (trial.error == std::error_code(error, std::system_category())) return reported;
  if (trial.error == errc::not_a_console) return no_console;
  if (trial.error == errc::not_a_pty_master) return no_master;
  if (trial.error == std::make_error_code(std::errc::function_not_supported)) return unsupported;
  return 0;
}

class CallFails : public testing::TestWithParam<std::size_t> {
 protected:
  static void TearDownTestSuite() {
    std::cout << trials() << " trials, of " << cases_ << " failing calls\n";
  }
  static inline long cases_ = 0;
};

void fail_in(const Scenario& scenario, const Row& row, int error, long nth, unsigned& seen) {
  for (const Form form : {Form::throwing, Form::error_code}) {
    const std::string description = std::string(scenario.name) + ": " +
                                    std::string(name_of(row.call)) + " number " +
                                    std::to_string(nth) + " fails with " + std::strerror(error) +
                                    (form == Form::throwing ? ", throwing" : "");
    const Trial trial = play(scenario, form, description, [&] {
      arm({row.call, error, nth, row.without, row.without_error});
    });
    // Where threads meet, a call more or less is made.
    if (faults_made() == 0) continue;
    const unsigned fate = fate_of(trial, error);
    EXPECT_NE(fate & row.fates, 0U) << description << ": " << trial.error.message() << " ("
                                    << trial.error.category().name() << ")";
    seen |= fate;
    if (trial.error && form == Form::throwing) {
      EXPECT_NE(trial.text.find(row.says), std::string::npos) << description << ": " << trial.text;
    }
  }
}

/// What C++ and the compiler bring in, which differs from one build to the next.
bool is_of_the_language(std::string_view name) {
  const auto begins = [&](std::string_view with) { return name.starts_with(with); };
  // Device numbers are taken apart in place where code is optimized.
  return (begins("_") && name != "_exit") || begins("mem") || begins("str") || begins("gnu_dev_") ||
         begins("pthread_mutex_") || begins("pthread_cond_");
}

/// What the objects of the product call, as the linker sees it.
std::set<std::string> undefined_names() {
  std::set<std::string> names;
  std::ifstream list(CONQ_UNDEFINED);
  for (std::string line; std::getline(list, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    if (words >> kind >> name && kind == "U" && !is_of_the_language(name)) names.insert(name);
  }
  return names;
}

TEST(Table, KnowsEveryCallOfTheLibrary) {
  std::set<std::string> unknown = undefined_names();
  EXPECT_TRUE(unknown.contains("conq_fault_read"));
  for (const std::string_view harmless : calls_that_cannot_fail())
    unknown.erase(std::string(harmless));
  std::erase_if(unknown, [](const std::string& name) { return name.starts_with("conq_fault_"); });
  EXPECT_THAT(unknown, testing::IsEmpty()) << "to be added to calls.syms, seam.cpp and table.cpp";
}

TEST(Table, KnowsNoCallBesides) {
  const std::set<std::string> made = undefined_names();
  for (const std::string_view name : calls_that_cannot_fail()) {
    const std::string own(name);
    EXPECT_TRUE(made.contains(own) || made.contains("conq_fault_" + own))
        << name << " is not called any more";
  }
}

TEST_P(CallFails, AsTheTableHasIt) {
  const Row& row = table().at(GetParam());
  unsigned seen = 0;
  for (const Scenario& scenario : scenarios()) {
    // What a child writes is that it cannot become its program: nobody is left to be told.
    if (row.call == Call::write && scenario.play == refused_processes) continue;
    for (const long nth : numbers_of_interest(count_of(scenario, row))) {
      for (const int error : row.errors) {
        fail_in(scenario, row, error, nth, seen);
        ++cases_;
      }
    }
  }
  EXPECT_NE(seen, 0U) << "nobody calls it any more";
  // Whether a path may be trusted depends on where /dev/ptmx is.
  EXPECT_EQ(seen | unsupported, row.fates | unsupported)
      << "what the table says of " << name_of(row.call) << " never happened";
}

std::string name_of_row(const testing::TestParamInfo<std::size_t>& info) {
  std::string name =
      std::to_string(info.index) + "_" + std::string(name_of(table().at(info.param).call));
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Library, CallFails, testing::Range<std::size_t>(0, table().size()),
                         name_of_row);

}  // namespace
}  // namespace conq::test
