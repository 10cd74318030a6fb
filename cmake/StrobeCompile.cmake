# How everything is compiled: C11, hardened, all warnings errors, nothing exported but what says so.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_compile_options(
  -Wall -Wextra -Wshadow -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-unknown-warning-option
  -fstack-protector-strong -fno-omit-frame-pointer -D_GNU_SOURCE)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT STROBE_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT STROBE_SANITIZE)
  # The way of a hit crosses six folders: let the compiler inline across them.
  include(CheckIPOSupported)
  check_ipo_supported(RESULT ipo_supported OUTPUT ignored LANGUAGES C)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${ipo_supported})
endif()
if(STROBE_SANITIZE)
  add_compile_options(-fsanitize=${STROBE_SANITIZE} -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${STROBE_SANITIZE})
endif()
if(STROBE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# strobe_library(NAME SOURCES ... LINK ...): a static library whose headers are included as "folder/noun.h".
function(strobe_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC
    ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/control ${CMAKE_BINARY_DIR}/generated)
  target_compile_definitions(${name} PUBLIC STROBE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()
