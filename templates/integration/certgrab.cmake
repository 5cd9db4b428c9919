# Generates the constants of certgrab.toml from their locks before a target is compiled. Offline.
#
# Plain CMake, in the CMakeLists.txt next to this file, after add_executable:
#
#   include(certgrab.cmake)
#   certgrab_constants(my_firmware)
#
# ESP-IDF, in main/CMakeLists.txt, after idf_component_register:
#
#   include(${CMAKE_CURRENT_LIST_DIR}/../certgrab.cmake)
#   certgrab_constants(${COMPONENT_LIB})
#
# Pass the folder of certgrab.toml as a second argument if it is not the top of the project.
cmake_minimum_required(VERSION 3.16)

function(certgrab_constants target)
  # Before the build, ESP-IDF evaluates component files once, only to read their requirements.
  if(CMAKE_BUILD_EARLY_EXPANSION)
    return()
  endif()
  set(folder "${CMAKE_SOURCE_DIR}")
  if(ARGC GREATER 1)
    get_filename_component(folder "${ARGV1}" ABSOLUTE)
  endif()
  find_program(CERTGRAB certgrab)
  if(NOT CERTGRAB)
    message(FATAL_ERROR "certgrab is not installed; install it with @INSTALL@")
  endif()
  # Runs at every build. It does not write unchanged files, so nothing is recompiled.
  add_custom_target(
    ${target}_certgrab
    COMMAND "${CERTGRAB}" sync --locked --quiet --manifest "${folder}/certgrab.toml"
    WORKING_DIRECTORY "${folder}"
    COMMENT "Constants of certgrab.toml"
    VERBATIM
  )
  add_dependencies(${target} ${target}_certgrab)
endfunction()
