// SPDX-License-Identifier: Apache-2.0
// What the compiler can check of the device layer's interface.
#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

#include "conq/console.hpp"
#include "conq/fd.hpp"
#include "conq/pty.hpp"

bool conq_works_without_exceptions();

namespace conq {
namespace {

template <class T>
constexpr bool move_only =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
    std::is_nothrow_default_constructible_v<T>;
static_assert(move_only<Fd>);
static_assert(move_only<Console>);
static_assert(move_only<Pty>);
static_assert(sizeof(Fd) == sizeof(int));
static_assert(std::is_error_code_enum_v<errc>);
static_assert(std::is_base_of_v<std::system_error, Error>);

using std::declval;
using Open = Console&;
using Const = const Console&;
using Ec = std::error_code&;
using Into = std::span<std::byte>;
using From = std::span<const std::byte>;

// The error_code forms do not throw...
static_assert(noexcept(Console::current(declval<Ec>())));
static_assert(noexcept(declval<Open>().read(Into(), declval<Ec>())));
static_assert(noexcept(declval<Open>().write(From(), declval<Ec>())));
static_assert(noexcept(declval<Const>().size(declval<Ec>())));
static_assert(noexcept(declval<Open>().resize(WinSize{}, declval<Ec>())));
static_assert(noexcept(declval<Open>().resize_from(declval<Const>(), declval<Ec>())));
static_assert(noexcept(declval<Open>().set_raw(declval<Ec>())));
static_assert(noexcept(declval<Open>().disable_echo(declval<Ec>())));
static_assert(noexcept(declval<Open>().reset(declval<Ec>())));
static_assert(noexcept(declval<Open>().close(declval<Ec>())));
static_assert(noexcept(open_pty(WinSize{}, declval<Ec>())));
static_assert(noexcept(open_pty_from(Fd(), WinSize{}, declval<Ec>())));
static_assert(noexcept(declval<Const>().fd()));
static_assert(noexcept(declval<Const>().name()));
static_assert(noexcept(static_cast<bool>(declval<Const>())));

// ... and the others may.
static_assert(!noexcept(Console::current()));
static_assert(!noexcept(Console::from_fd(Fd())));
static_assert(!noexcept(declval<Open>().read(Into())));
static_assert(!noexcept(declval<Open>().write(From())));
static_assert(!noexcept(declval<Const>().size()));
static_assert(!noexcept(declval<Open>().resize(WinSize{})));
static_assert(!noexcept(declval<Open>().resize_from(declval<Const>())));
static_assert(!noexcept(declval<Open>().set_raw()));
static_assert(!noexcept(declval<Open>().disable_echo()));
static_assert(!noexcept(declval<Open>().reset()));
static_assert(!noexcept(declval<Open>().close()));
static_assert(!noexcept(open_pty()));
static_assert(!noexcept(open_pty_from(Fd())));

TEST(DeviceApi, ServesUsersThatCompileWithoutExceptions) {
  EXPECT_TRUE(conq_works_without_exceptions());
}

}  // namespace
}  // namespace conq
