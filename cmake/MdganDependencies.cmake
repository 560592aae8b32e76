# SPDX-License-Identifier: BSD-3-Clause
# Every outside library, found once; targets name what they use.
find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)

# The serial flavour of HDF5: only rank 0 touches files.
find_path(MDGAN_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(MDGAN_HDF5_LIBRARY NAMES hdf5_serial hdf5 REQUIRED)
add_library(mdgan_hdf5 INTERFACE)
target_include_directories(mdgan_hdf5 SYSTEM INTERFACE ${MDGAN_HDF5_INCLUDE})
target_link_libraries(mdgan_hdf5 INTERFACE ${MDGAN_HDF5_LIBRARY})

find_path(MDGAN_CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas-pthread openblas REQUIRED)
find_library(MDGAN_OPENBLAS_LIBRARY openblas REQUIRED)
find_path(MDGAN_LAPACKE_INCLUDE lapacke.h REQUIRED)
find_library(MDGAN_LAPACKE_LIBRARY lapacke REQUIRED)
add_library(mdgan_blas INTERFACE)
target_include_directories(mdgan_blas SYSTEM INTERFACE ${MDGAN_CBLAS_INCLUDE} ${MDGAN_LAPACKE_INCLUDE})
target_link_libraries(mdgan_blas INTERFACE ${MDGAN_LAPACKE_LIBRARY} ${MDGAN_OPENBLAS_LIBRARY})

# A copy of FFTW of mdgan's own, hidden from its hosts: they set the shared one's number of threads, which changes plans
# and with them last digits, and some clean it up in the middle of a run, the plans of everybody included.
include(CheckCSourceCompiles)
include(CMakePushCheckState)
find_path(MDGAN_FFTW_INCLUDE fftw3.h REQUIRED)
find_library(MDGAN_FFTW_STATIC libfftw3.a)
find_library(MDGAN_FFTW_SINGLE_STATIC libfftw3f.a)
set(mdgan_fftw_link -Wl,--exclude-libs,libfftw3.a:libfftw3f.a ${MDGAN_FFTW_SINGLE_STATIC} ${MDGAN_FFTW_STATIC})
if(MDGAN_FFTW_STATIC AND MDGAN_FFTW_SINGLE_STATIC)
  cmake_push_check_state(RESET)
  set(CMAKE_REQUIRED_FLAGS "-fPIC -shared")
  set(CMAKE_REQUIRED_INCLUDES ${MDGAN_FFTW_INCLUDE})
  set(CMAKE_REQUIRED_LIBRARIES ${mdgan_fftw_link} m)
  check_c_source_compiles("#include <fftw3.h>
    int main(void) { fftw_free(fftw_alloc_real(1)); fftw_cleanup(); fftwf_cleanup(); return 0; }" MDGAN_FFTW_LINKS)
  cmake_pop_check_state()
endif()
if(NOT MDGAN_FFTW_LINKS)
  find_library(MDGAN_FFTW_LIBRARY fftw3 REQUIRED)
  find_library(MDGAN_FFTW_SINGLE_LIBRARY fftw3f REQUIRED)
  set(mdgan_fftw_link ${MDGAN_FFTW_SINGLE_LIBRARY} ${MDGAN_FFTW_LIBRARY})
  message(WARNING "No libfftw3.a and libfftw3f.a that a shared library can take in (FFTW's configure: --enable-static "
    "--with-pic): mdgan shares FFTW with its hosts. Last digits then depend on their OMP_NUM_THREADS, and 'overlap yes' may "
    "crash in runs that plan transforms again, as LAMMPS's pppm does with fix balance")
endif()
add_library(mdgan_fftw INTERFACE)
target_include_directories(mdgan_fftw SYSTEM INTERFACE ${MDGAN_FFTW_INCLUDE})
target_link_libraries(mdgan_fftw INTERFACE ${mdgan_fftw_link})

find_path(MDGAN_NLOPT_INCLUDE nlopt.h REQUIRED)
find_library(MDGAN_NLOPT_LIBRARY nlopt REQUIRED)
add_library(mdgan_nlopt INTERFACE)
target_include_directories(mdgan_nlopt SYSTEM INTERFACE ${MDGAN_NLOPT_INCLUDE})
target_link_libraries(mdgan_nlopt INTERFACE ${MDGAN_NLOPT_LIBRARY})

find_path(MDGAN_RANDOM123_INCLUDE Random123/philox.h REQUIRED)

if(MDGAN_TESTS)
  find_path(MDGAN_CMOCKA_INCLUDE cmocka.h REQUIRED)
  find_library(MDGAN_CMOCKA_LIBRARY cmocka REQUIRED)
  add_library(mdgan_cmocka INTERFACE)
  target_include_directories(mdgan_cmocka SYSTEM INTERFACE ${MDGAN_CMOCKA_INCLUDE})
  target_link_libraries(mdgan_cmocka INTERFACE ${MDGAN_CMOCKA_LIBRARY})
endif()
