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
archipel_test(gpu LINK archipel_nccl archipel_nccl_double RANKS 1 2 3 4)

if(ARCHIPEL_TORCH)
  archipel_test(nccl_training LINK archipel_train archipel_torch archipel_nccl archipel_nccl_double RANKS 1 2 4 TIMEOUT 120)
endif()
# The bandwidth's program, for what it prints to be right: its figures mean something on GPUs alone.
add_executable(nccl_bench_double ../bench/nccl_bench.cpp)
target_link_libraries(nccl_bench_double PRIVATE archipel_options archipel_nccl archipel_nccl_double)
add_test(NAME mpi.nccl_bench.np2 COMMAND ${PROJECT_SOURCE_DIR}/tests/expect_exit.sh 0 "2 ranks"
  ${PROJECT_SOURCE_DIR}/tests/mpirun.sh 2 $<TARGET_FILE:nccl_bench_double> 1 2)
set_tests_properties(mpi.nccl_bench.np2 PROPERTIES TIMEOUT 60 PROCESSORS 2 LABELS "mpi;np2"
  ENVIRONMENT "ARCHIPEL_MPIEXEC=${MPIEXEC_EXECUTABLE}")

add_executable(nccl_sync_program nccl_sync_program.cpp)
target_link_libraries(nccl_sync_program PRIVATE archipel_nccl archipel_nccl_double)
target_include_directories(nccl_sync_program PRIVATE ${PROJECT_SOURCE_DIR}/tests)

# The program on 3 ranks, the last of them with a fault, must end in a given way, and soon: a hang runs into the time-out.
function(program_test name)
  add_test(NAME mpi.nccl_sync.${name}.np3 COMMAND ${ARGN})
  set_tests_properties(mpi.nccl_sync.${name}.np3 PROPERTIES TIMEOUT 30 PROCESSORS 3 LABELS "mpi;np3"
    ENVIRONMENT "ARCHIPEL_MPIEXEC=${MPIEXEC_EXECUTABLE}")
endfunction()
function(failure_test name code text)
  program_test(${name} ${PROJECT_SOURCE_DIR}/tests/expect_exit.sh ${code} "${text}"
    ${PROJECT_SOURCE_DIR}/tests/mpirun.sh 3 $<TARGET_FILE:nccl_sync_program> ${ARGN})
endfunction()

set(all "of the replicas on ranks 0, 1, 2). NCCL_DEBUG=WARN")
set(late "not done after 1000 ms: another replica or this GPU is stuck (rank 0 ${all}")
if(ARCHIPEL_TORCH)   # in the backward pass, from within autograd, and at the end of a step: the reason is not lost on the way
  add_executable(nccl_training_program nccl_training_program.cpp)
  target_include_directories(nccl_training_program PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(nccl_training_program PRIVATE archipel_train archipel_torch archipel_nccl archipel_nccl_double)
  foreach(fault "ncclSend 6" "cudaEventRecord 12" "cublasSaxpy 5" "ncclGroupEnd 40")
    string(REPLACE " " ";" words "${fault}")
    list(GET words 0 call)
    program_test(training.${call} ${PROJECT_SOURCE_DIR}/tests/expect_exit.sh 1 "rank 2: ${call}: "
      ${PROJECT_SOURCE_DIR}/tests/mpirun.sh 3 $<TARGET_FILE:nccl_training_program> ${words})
  endforeach()
endif()
failure_test(no_failure 0 "all is well" nothing)
program_test(killed ${CMAKE_CURRENT_SOURCE_DIR}/killed.sh $<TARGET_FILE:nccl_sync_program>)
failure_test(stuck 1 "rank 0: ncclSend: ${late}" stuck)
failure_test(silent 1 "rank 0: ncclSend: ${late}" silent)
failure_test(abort_hangs 1 "rank 0: ncclSend: ${late}" "abort hangs")
failure_test(never_joins 1 "rank 0: ncclCommInitRankConfig: ${late}" "never joins")
failure_test(throws 1 "rank 2: write(results.h5): No space left on device" throws)
failure_test(asynchronous 1 "rank 2: ncclRecv: remote process exited or there was a network error, told by the double (rank 2 ${all}"
  told)
failure_test(asynchronous_late 1 "rank 2: ncclRecv: remote process exited" "silent and told later")
foreach(call ncclCommInitRankConfig ncclCommGetAsyncError ncclBroadcast)
  failure_test(first_${call} 1 "rank 2: ${call}: an NCCL error" "first call fails" ${call})
endforeach()
foreach(call ncclGroupStart ncclSend ncclRecv ncclGroupEnd ncclCommGetAsyncError)
  failure_test(${call} 1 "rank 2: ${call}: an NCCL error, told by the double (rank 2 ${all}" "call fails" ${call})
endforeach()
failure_test(ncclAllReduce 1 "rank 2: ncclAllReduce: an NCCL error" "all-reduce fails" ncclAllReduce)
foreach(call cudaSetDevice cudaEventRecord cudaStreamWaitEvent cudaEventQuery)
  failure_test(${call} 1 "rank 2: ${call}: a CUDA error" "call fails" ${call})
endforeach()
failure_test(cublasSaxpy 1 "rank 2: cublasSaxpy: a cuBLAS error" "call fails" cublasSaxpy)

if(NOT ARCHIPEL_CUDA)
  return()
endif()
add_executable(gpu_count gpu_count.cpp)
target_link_libraries(gpu_count PRIVATE archipel_options archipel_cuda)
add_executable(nccl_sync_gpu_test gradient_sync_test.cpp gradient_sync_bodies_nccl.cpp)
target_link_libraries(nccl_sync_gpu_test PRIVATE archipel_nccl archipel_cuda archipel_test_main_mpi)
target_include_directories(nccl_sync_gpu_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
foreach(n 1 2 3 4)
  set(name mpi.nccl_sync_gpu.np${n})
  add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/on_gpus.sh ${n} $<TARGET_FILE:gpu_count> $<TARGET_FILE:nccl_sync_gpu_test>)
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 PROCESSORS ${n} SKIP_RETURN_CODE 77 LABELS "gpu;mpi;np${n}"
    ENVIRONMENT "ARCHIPEL_MPIEXEC=${MPIEXEC_EXECUTABLE}")
endforeach()
