#include "app/launcher.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace archipel::app {
namespace {

using Variables = std::map<std::string, std::string>;

std::string said(const Variables& variables) {
  return one_of_several([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

}   // namespace

BOOST_AUTO_TEST_CASE(launchers_tell_of_several_tasks) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"OMPI_COMM_WORLD_SIZE", "4"},
                                                                                    {"PMI_SIZE", "2"},
                                                                                    {"MPI_LOCALNRANKS", "16"},
                                                                                    {"MV2_COMM_WORLD_SIZE", "3"},
                                                                                    {"JSM_NAMESPACE_SIZE", "6"},
                                                                                    {"SLURM_STEP_NUM_TASKS", "64"},
                                                                                    {"PMIX_RANK", "1"}})
    BOOST_TEST(said({{name, value}}) == name + " = " + value);
}

BOOST_AUTO_TEST_CASE(one_process_is_left_alone) {
  BOOST_TEST(said({}) == "");
  // The script of a job of four tasks, an element of an array, an interactive shell.
  BOOST_TEST(said({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "4"}, {"SLURM_NPROCS", "4"}, {"SLURM_PROCID", "0"}}) == "");
  BOOST_TEST(said({{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "8"}, {"SLURM_NTASKS", "1"}}) == "");
  BOOST_TEST(said({{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}, {"PMIX_RANK", "0"}}) == "");
  // One rank, of a launcher that Slurm started once on each of two nodes.
  BOOST_TEST(said({{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}}) == "");
  BOOST_TEST(said({{"PMI_SIZE", "1"}, {"PMI_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}}) == "");
  BOOST_TEST(said({{"PMI_SIZE", "many"}}) == "");
}

BOOST_AUTO_TEST_CASE(only_a_rank_that_is_alone_is_refused) {
  BOOST_CHECK_NO_THROW(require_launcher(4, "Some MPI 1", "PMI_SIZE = 4"));
  BOOST_CHECK_NO_THROW(require_launcher(1, "Some MPI 1", ""));
  BOOST_CHECK_EXCEPTION(require_launcher(1, "Some MPI 1", "PMI_SIZE = 4"), InputError, [](const InputError& error) {
    const std::string text = error.what();
    return text.find("PMI_SIZE = 4") != std::string::npos && text.find("Some MPI 1") != std::string::npos &&
           text.find("--mpi=pmix") != std::string::npos && text.find("--alone") != std::string::npos;
  });
}

}   // namespace archipel::app
