# SPDX-License-Identifier: BSD-3-Clause
# Language level, warnings and sanitizers, the same for every target.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# An installation finds libraries of module systems (OpenBLAS, HDF5, MPI) where they were at the build.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(mdgan_options INTERFACE)
# Loops over arrays are where the time goes outside BLAS. Neither errno of the math functions nor floating-point traps are
# looked at anywhere, and without them the compiler can vectorise these loops; results do not change.
target_compile_options(mdgan_options INTERFACE $<$<COMPILE_LANGUAGE:C>:-fno-math-errno;-fno-trapping-math>)
target_compile_options(mdgan_options INTERFACE -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<BOOL:${MDGAN_WERROR}>:-Werror>)
target_compile_definitions(mdgan_options INTERFACE _XOPEN_SOURCE=700)
if(MDGAN_SANITIZE)
  add_compile_options(-fsanitize=${MDGAN_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${MDGAN_SANITIZE})
endif()
