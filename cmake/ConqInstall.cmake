# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down, and how other projects find it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(conq_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/conq)

set_target_properties(conq PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
install(TARGETS conq EXPORT conqTargets)
if(TARGET conq_libkqueue)
  install(TARGETS conq_libkqueue EXPORT conqTargets)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/conq TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE TYPE DOC)

install(EXPORT conqTargets NAMESPACE conq:: DESTINATION ${conq_config_dir})
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/packaging/conqConfig.cmake.in ${PROJECT_BINARY_DIR}/packaging/conqConfig.cmake
  INSTALL_DESTINATION ${conq_config_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/packaging/conqConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/packaging/conqConfig.cmake
  ${PROJECT_BINARY_DIR}/packaging/conqConfigVersion.cmake
  DESTINATION ${conq_config_dir})

set(conq_pc_requires)
if(CONQ_LIBKQUEUE)
  set(conq_pc_requires libkqueue)
endif()
set(conq_pc_cflags)
if(CONQ_LIBKQUEUE AND CONQ_POLLER_IS_KQUEUE)
  set(conq_pc_cflags " -DCONQ_POLLER_IS_KQUEUE")
endif()
# Relative to the file itself, so that the installed tree may be moved.
file(RELATIVE_PATH conq_pc_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/packaging/conq.pc.in ${PROJECT_BINARY_DIR}/packaging/conq.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/packaging/conq.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET conq_tool)
  install(TARGETS conq_tool)
  file(GLOB conq_man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.1)
  if(TARGET conq_conmon)
    install(TARGETS conq_conmon)
  else()
    list(FILTER conq_man_pages EXCLUDE REGEX conq-conmon)
  endif()
  install(FILES ${conq_man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  # Where each shell looks, under the name it looks for.
  set(bash_completion ${PROJECT_SOURCE_DIR}/apps/conq/completions/conq.bash)
  if(EXISTS ${bash_completion})
    install(FILES ${bash_completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            RENAME conq)
  endif()
  set(zsh_completion ${PROJECT_SOURCE_DIR}/apps/conq/completions/_conq)
  if(EXISTS ${zsh_completion})
    install(FILES ${zsh_completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  endif()
endif()
