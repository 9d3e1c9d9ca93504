// The libraries of CUDA that a program loads are those that it was compiled for. None of these calls needs a GPU.
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <boost/test/unit_test.hpp>

#ifndef ARCHIPEL_CUDA
#error "archipel_cuda brings the definition ARCHIPEL_CUDA"
#endif

BOOST_AUTO_TEST_CASE(nccl_is_that_of_its_header) {
  int version = 0;
  BOOST_REQUIRE(ncclGetVersion(&version) == ncclSuccess);
  BOOST_TEST(version == NCCL_VERSION_CODE);
}

BOOST_AUTO_TEST_CASE(the_runtime_is_that_of_its_header) {
  int version = 0;
  BOOST_REQUIRE(cudaRuntimeGetVersion(&version) == cudaSuccess);
  BOOST_TEST(version == CUDART_VERSION);
}

BOOST_AUTO_TEST_CASE(cublas_is_that_of_its_header) {
  int major = 0, minor = 0;
  BOOST_REQUIRE(cublasGetProperty(MAJOR_VERSION, &major) == CUBLAS_STATUS_SUCCESS);
  BOOST_REQUIRE(cublasGetProperty(MINOR_VERSION, &minor) == CUBLAS_STATUS_SUCCESS);
  BOOST_TEST(major == CUBLAS_VER_MAJOR);
  BOOST_TEST(minor == CUBLAS_VER_MINOR);
}
