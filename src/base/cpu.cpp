#include "base/cpu.hpp"

#include "base/error.hpp"

namespace archipel {
namespace {

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
bool has_bfloat16() { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }
#else
bool has_avx2() { return false; }
bool has_avx512() { return false; }
bool has_bfloat16() { return false; }
#endif

}   // namespace

bool has_isa(const std::string& isa) {
  return isa == "native" || (isa == "avx2" && has_avx2()) || (isa == "avx512" && has_avx512()) ||
         (isa == "avx512_bf16" && has_bfloat16());
}

std::string resolved_isa(const std::string& isa) {
  if (isa == "native") return has_avx512() ? "avx512" : has_avx2() ? "avx2" : "generic";
  if (isa != "avx2" && isa != "avx512" && isa != "avx512_bf16")
    throw InputError("numerics.isa = \"" + isa + "\": allowed native, avx2, avx512, avx512_bf16");
  if (!has_isa(isa))
    throw InputError("numerics.isa = \"" + isa + "\": this CPU does not have it; allowed here: native" +
                     (has_avx2() ? ", avx2" : "") + (has_avx512() ? ", avx512" : ""));
  return isa;
}

std::vector<std::pair<std::string, std::string>> pinned_environment(const std::string& isa) {
  std::vector<std::pair<std::string, std::string>> variables{{"OMP_NUM_THREADS", "1"},
                                                             {"OPENBLAS_NUM_THREADS", "1"},
                                                             {"MKL_NUM_THREADS", "1"},
                                                             {"MKL_DYNAMIC", "FALSE"},
                                                             {"DNNL_DEFAULT_FPMATH_MODE", "STRICT"},
                                                             {"ONEDNN_DEFAULT_FPMATH_MODE", "STRICT"},
                                                             {"DNNL_CPU_ISA_HINTS", "NO_HINTS"},
                                                             {"ONEDNN_CPU_ISA_HINTS", "NO_HINTS"}};
  const std::string kernels = resolved_isa(isa);
  if (kernels == "generic") return variables;
  const bool wide = kernels != "avx2";
  const std::string onednn = !wide ? "AVX2" : kernels == "avx512" ? "AVX512_CORE" : "AVX512_CORE_BF16";
  variables.insert(variables.end(), {{"ATEN_CPU_CAPABILITY", wide ? "avx512" : "avx2"},
                                     {"DNNL_MAX_CPU_ISA", onednn},
                                     {"ONEDNN_MAX_CPU_ISA", onednn},
                                     {"OPENBLAS_CORETYPE", wide ? "SKYLAKEX" : "HASWELL"},
                                     {"MKL_CBWR", wide ? "AVX512" : "AVX2"},
                                     {"MKL_ENABLE_INSTRUCTIONS", wide ? "AVX512" : "AVX2"}});
  return variables;
}

}   // namespace archipel
