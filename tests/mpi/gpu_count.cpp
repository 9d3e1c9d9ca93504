#include <cuda_runtime_api.h>

#include <cstdio>

// How many GPUs a program sees here.
int main() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  std::printf("%d\n", count);
}
