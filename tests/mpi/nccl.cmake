# Replicas on GPUs: against a double of CUDA and NCCL wherever there are headers, against the real ones with ARCHIPEL_CUDA.
if(NOT TARGET archipel_cuda_headers)
  add_test(NAME mpi.nccl_sync COMMAND sh -c "echo 'skipped: no CUDA toolkit'; exit 77")
  set_tests_properties(mpi.nccl_sync PROPERTIES SKIP_RETURN_CODE 77 LABELS mpi)
  return()
endif()

add_library(archipel_nccl_double STATIC nccl_double_cuda.cpp nccl_double_communicator.cpp nccl_double_nccl.cpp)
target_include_directories(archipel_nccl_double PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(archipel_nccl_double PUBLIC archipel_mpi archipel_cuda_headers)

archipel_test(nccl_sync MAIN gradient_sync_test.cpp SOURCES gradient_sync_bodies_nccl.cpp
  LINK archipel_nccl archipel_nccl_double RANKS 1 2 3 4)
