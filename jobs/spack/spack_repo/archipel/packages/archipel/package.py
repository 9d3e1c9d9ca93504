from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Archipel(CMakePackage):
    """Neural architecture search for supercomputers. Built from a clone: see docs/slurm.md."""

    license("Apache-2.0")

    version("main")   # no download: `spack develop` names the clone

    variant("torch", default=True, description="Train networks with LibTorch; without it only table and function studies run")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("mpi")
    depends_on("hdf5@1.10:+mpi")
    depends_on("cli11@2:")
    depends_on("spdlog@1:")
    depends_on("tomlplusplus@3:")
    depends_on("random123")
    depends_on("xxhash@0.8:")
    depends_on("zlib-api")
    depends_on("py-torch@1.13:", when="+torch")
    depends_on("onednn@2.6:")

    def cmake_args(self):
        return [self.define("ARCHIPEL_TESTS", False), self.define_from_variant("ARCHIPEL_TORCH", "torch")]
