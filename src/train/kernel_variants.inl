// Compiles ARCHIPEL_VARIANT_FILE once for each instruction set, in a namespace ARCHIPEL_VARIANT of its own: vector types are then
// split for each as it wants, which target_clones does only for loops. The bits do not depend on the choice, but for the base variant,
// which cannot multiply and add in one. ARCHIPEL_FMA: of how many floats there is one. A kernel file includes itself by this header:
//
//     #ifndef ARCHIPEL_VARIANT
//     #define ARCHIPEL_VARIANT_FILE "train/kernels_pool.cpp"
//     #include "train/kernel_variants.inl"
//     ... void kernel(const float* x) { ARCHIPEL_CHOSEN(kernel)(x); } ...
//     #else
//     namespace archipel::train::ARCHIPEL_VARIANT { ... void kernel(const float* x) { the body } ... }
//     #endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define ARCHIPEL_VARIANT v4
#define ARCHIPEL_FMA 16
#include ARCHIPEL_VARIANT_FILE
#undef ARCHIPEL_FMA
#undef ARCHIPEL_VARIANT
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define ARCHIPEL_VARIANT v3
#define ARCHIPEL_FMA 8
#include ARCHIPEL_VARIANT_FILE
#undef ARCHIPEL_FMA
#undef ARCHIPEL_VARIANT
#pragma GCC pop_options

#define ARCHIPEL_VARIANT base
#include ARCHIPEL_VARIANT_FILE
#undef ARCHIPEL_VARIANT

#define ARCHIPEL_CHOSEN(kernel)                                                                                     \
  (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")   \
       ? v4::kernel                                                                                                 \
   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") ? v3::kernel \
                                                                                                       : base::kernel)

#else

#define ARCHIPEL_VARIANT base
#include ARCHIPEL_VARIANT_FILE
#undef ARCHIPEL_VARIANT
#define ARCHIPEL_CHOSEN(kernel) base::kernel

#endif
