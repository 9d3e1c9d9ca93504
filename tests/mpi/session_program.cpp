#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "mpi/exchange.hpp"
#include "mpi/session.hpp"
#include "mpi/shared_memory.hpp"

#include <cstdio>
#include <string_view>

namespace archipel::mpi {
namespace {

/// Ends in the way that the first argument names; the other ranks are in a collective call when rank 1 fails.
int run(const Session& session, std::string_view way) {
  const auto& world = session.world();
  SharedBytes block(world.split_shared(), 1000);
  MpiExchange exchange(world, world.size());
  if (way == "input")
    on_all(world, [&] {
      if (world.rank() == 1) throw InputError("seed = x: an integer");
    });
  if (way == "fail" && world.rank() == 1) throw SystemError("write(results.h5): No space left on device");
  exchange.end(1);
  barrier(world);
  return 0;
}

}   // namespace
}   // namespace archipel::mpi

int main(int argc, char** argv) {
  using namespace archipel;
  mpi::Session session(argc, argv);
  try {
    return mpi::run(session, argc > 1 ? argv[1] : "");
  } catch (const InputError& error) {
    if (session.world().rank() == 0) std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    session.abort(error.what());
  }
}
