// SPDX-License-Identifier: Apache-2.0
// _exit() of a build with CONQ_COVERAGE: gcov writes its counts at exit() and before an exec only.

extern "C" {
void __gcov_dump();
[[noreturn]] void __real__exit(int status);
[[noreturn]] void __wrap__exit(int status);

void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}
}
