add_library(archipel_options INTERFACE)
target_compile_options(archipel_options INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers
  -Wno-restrict)   # GCC 12 warns wrongly about std::string (bug 105329)
# Contraction into fused operations is left to the kernels: our own arithmetic gives the same bits at every optimisation level.
target_compile_options(archipel_options INTERFACE -ffp-contract=off)
target_include_directories(archipel_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
target_include_directories(archipel_options SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR} ${XXHASH_INCLUDE_DIR})
if(ARCHIPEL_SANITIZE)
  target_compile_options(archipel_options INTERFACE -fsanitize=${ARCHIPEL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(archipel_options INTERFACE -fsanitize=${ARCHIPEL_SANITIZE})
endif()

# CUDA, cuBLAS and NCCL for whoever calls them, with ARCHIPEL_CUDA defined; nothing where the option ARCHIPEL_CUDA is off.
add_library(archipel_cuda INTERFACE)
if(ARCHIPEL_CUDA)
  target_link_libraries(archipel_cuda INTERFACE CUDA::cudart CUDA::cublas NCCL::NCCL)
  target_compile_definitions(archipel_cuda INTERFACE ARCHIPEL_CUDA)
endif()

# archipel_library(search LINK archipel_study [EXCEPT file.cpp...] [SOURCES file.cpp...]): the .cpp files of the folder and those in it, or SOURCES, as
# target archipel_search. It may become part of a module, which then calls its own functions, as a program does.
function(archipel_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;EXCEPT;SOURCES")
  set(sources ${arg_SOURCES})
  if(NOT sources)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(arg_EXCEPT)
    list(TRANSFORM arg_EXCEPT PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(REMOVE_ITEM sources ${arg_EXCEPT})
  endif()
  add_library(archipel_${name} STATIC ${sources})
  target_link_libraries(archipel_${name} PUBLIC archipel_options ${arg_LINK})
  set_target_properties(archipel_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                        VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# TARGET finds the BLAS it was linked with, and installed a LibTorch that no system folder has.
function(archipel_find_torch target)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  if(ARCHIPEL_BLAS)
    get_filename_component(folder ${ARCHIPEL_BLAS} DIRECTORY)
    set_property(TARGET ${target} APPEND PROPERTY BUILD_RPATH ${folder})
    set_property(TARGET ${target} APPEND PROPERTY INSTALL_RPATH ${folder})
  endif()
  if(ARCHIPEL_CUDA AND ARCHIPEL_TORCH)   # CMake leaves out folders within the project, where setup.sh puts it
    set_property(TARGET ${target} APPEND PROPERTY INSTALL_RPATH ${TORCH_INSTALL_PREFIX}/lib)
  endif()
endfunction()
