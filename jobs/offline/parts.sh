# Sourced: the parts that a build needs beside compiler, CMake, CUDA and PyTorch, one row each. The caller defines `part`.
#
# part NAME FROM BUILT_BY [needs NAME] [keep PATH...] [drop PATTERN...] [with OPTION...]
#   FROM      source:PACKAGE, Debian's source package without Debian's patches, or package:PACKAGE, what that package installs
#             in /usr; /RELEASE behind it: of that release of Debian instead of 12
#   BUILT_BY  cmake, configure, or copy: goes to the prefix as it is
#   needs     a part that is built before it
#   keep      of a package, the paths below /usr that are wanted (all headers of Boost: boost_headers.sh chooses)
#   drop      what no build of ours reads
#   with      options of CMake or configure; @SOURCE@ is the part's own folder
# A folder of this folder with a part's name is copied over it.

part zlib source:zlib configure drop contrib doc examples old
part hdf5 source:hdf5 cmake needs zlib \
  drop 'c++' doc doxygen examples fortran hl java release_docs test testpar tools utils configure \
  with -DHDF5_BUILD_TOOLS=OFF -DHDF5_BUILD_HL_LIB=OFF -DHDF5_BUILD_CPP_LIB=OFF -DHDF5_BUILD_EXAMPLES=OFF \
  -DHDF5_ENABLE_Z_LIB_SUPPORT=ON -DONLY_SHARED_LIBS=ON
part openmpi source:openmpi configure \
  with --disable-mpi-fortran --disable-oshmem --disable-io-romio --without-verbs \
  --with-hwloc=internal --with-libevent=internal --with-pmix=internal
# Of Debian 13. Of its primitives and kernels what convolutions and `archipel bench` use: three quarters of the time. It exports its C
# interface alone: PyTorch holds another version, whose symbols it would meet.
part onednn source:onednn/trixie cmake \
  drop doc 'examples/*.c*' 'tests/*/' src/gpu src/graph scripts \
  with -DDNNL_CPU_RUNTIME=OMP -DONEDNN_BUILD_GRAPH=OFF -DDNNL_BUILD_TESTS=OFF -DDNNL_BUILD_EXAMPLES=OFF \
  '-DONEDNN_ENABLE_PRIMITIVE=BATCH_NORMALIZATION;CONVOLUTION;ELTWISE;POOLING;REORDER;SUM' -DONEDNN_ENABLE_GEMM_KERNELS_ISA=NONE \
  -DONEDNN_ENABLE_ITT_TASKS=OFF -DONEDNN_ENABLE_JIT_PROFILING=OFF \
  -DCMAKE_SHARED_LINKER_FLAGS=-Wl,--version-script=@SOURCE@/exports.map
part fmt source:fmtlib cmake drop doc test with -DFMT_TEST=OFF -DFMT_DOC=OFF
part spdlog source:spdlog cmake needs fmt drop bench example logos tests \
  with -DSPDLOG_FMT_EXTERNAL=ON -DSPDLOG_BUILD_EXAMPLE=OFF
part tomlplusplus package:libtomlplusplus-dev cmake keep include/toml++
part cli11 source:cli11 cmake drop book docs examples tests
part random123 package:librandom123-dev copy keep include/Random123
part xxhash package:libxxhash-dev copy keep include/xxhash.h include/xxh3.h
part boost-test package:libboost1.74-dev cmake keep include/boost
part fashion-mnist package:dataset-fashion-mnist copy keep share/datasets/fashion-mnist
