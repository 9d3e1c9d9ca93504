# A LibTorch that multiplies matrices by the system's libblas.so.3 takes whichever that is, often the reference BLAS, at a twentieth
# of the speed. Then ARCHIPEL_BLAS is an OpenBLAS by name, best the one without threads, to be linked before LibTorch. Else, as with
# PyPI's LibTorch, which brings a BLAS of its own, it is empty.
set(ARCHIPEL_BLAS "")
get_filename_component(folder ${TORCH_LIBRARY} DIRECTORY)
if(EXISTS ${folder}/libtorch_cpu.so)
  file(STRINGS ${folder}/libtorch_cpu.so system_blas LIMIT_COUNT 1 REGEX "^libblas\\.so\\.3$")
endif()
unset(folder)
if(system_blas)
  find_library(OPENBLAS_LIBRARY NAMES libopenblas.so.0 openblas PATH_SUFFIXES openblas-serial)
  if(NOT OPENBLAS_LIBRARY)
    message(FATAL_ERROR "The LibTorch in ${TORCH_INSTALL_PREFIX} multiplies matrices by the system's BLAS, and there is no OpenBLAS. "
      "On Debian 12: jobs/setup.sh installs libopenblas0-serial; elsewhere configure with -D OPENBLAS_LIBRARY=FILE.")
  endif()
  set(ARCHIPEL_BLAS ${OPENBLAS_LIBRARY})
endif()
unset(system_blas)
