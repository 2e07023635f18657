// SPDX-License-Identifier: Apache-2.0
// operator new, counted: what no sanitizer and no allocator's habits change.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/load/own_process.hpp"

namespace {

std::atomic<std::size_t> live = 0;

void* allocate(std::size_t size) noexcept {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory != nullptr) live += ::malloc_usable_size(memory);
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) live -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t conq::load::live_memory() { return live; }

void* operator new(std::size_t size) {
  if (void* const memory = allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return allocate(size);
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { release(memory); }
