#include <mpi.h>

#include <boost/test/unit_test.hpp>

bool init_unit_test() { return true; }

// The worst exit code of all ranks is everybody's: a failure on one rank cannot hide.
int main(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int code = provided < MPI_THREAD_FUNNELED ? 1 : boost::unit_test::unit_test_main(&init_unit_test, argc, argv);
  MPI_Allreduce(MPI_IN_PLACE, &code, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return code;
}
