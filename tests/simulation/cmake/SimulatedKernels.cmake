# SPDX-License-Identifier: Apache-2.0
# conq_simulated_kernel_flags(TARGET KERNEL): TARGET's sources see the headers and the predefined
# macros of KERNEL: darwin, freebsd, netbsd, netbsd_9, openbsd, openbsd_old (both without
# EVFILT_USER) or libkqueue, which is on Linux. A program can have one of them: struct kevent and
# kevent(2) differ, but not their names.

set(CONQ_SIMULATION_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../include)

set(conq_simulated_macros_darwin __APPLE__=1 __MACH__=1)
set(conq_simulated_macros_freebsd __FreeBSD__=14)
set(conq_simulated_macros_netbsd __NetBSD__=1)
set(conq_simulated_macros_netbsd_9 __NetBSD__=1 CONQ_SIMULATED_NETBSD_9=1)
set(conq_simulated_macros_openbsd __OpenBSD__=1)
set(conq_simulated_macros_openbsd_old __OpenBSD__=1 CONQ_SIMULATED_OPENBSD_OLD=1)
set(conq_simulated_macros_libkqueue)

function(conq_simulated_kernel_flags target kernel)
  if(NOT DEFINED conq_simulated_macros_${kernel} AND NOT kernel STREQUAL "libkqueue")
    message(FATAL_ERROR "no simulated kernel is called ${kernel}")
  endif()
  string(REGEX REPLACE "_.*" "" folder ${kernel})
  # As system headers, as the kernel's own are: #include_next is an extension elsewhere.
  target_include_directories(${target} SYSTEM BEFORE PRIVATE ${CONQ_SIMULATION_INCLUDE}/${folder})
  target_compile_definitions(${target} PRIVATE ${conq_simulated_macros_${kernel}})
  if(NOT kernel STREQUAL "libkqueue")
    # libstdc++ sets both for Linux alone; its classes are to be the same in the whole program.
    target_compile_definitions(${target} PRIVATE
      _GLIBCXX_GTHREAD_USE_WEAK=0 "_GLIBCXX_NATIVE_THREAD_ID=pthread_self()")
    target_compile_options(${target} PRIVATE -U__linux__ -U__linux -U__gnu_linux__ -Ulinux)
  endif()
endfunction()
