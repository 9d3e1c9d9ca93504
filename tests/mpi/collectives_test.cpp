#include "mpi/collectives.hpp"

#include "base/error.hpp"
#include "mpi/error.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace archipel::mpi {
namespace {

Communicator world() { return Communicator::duplicate_of(MPI_COMM_WORLD); }

bool mentions(const std::exception& error, std::string_view text) {
  return std::string_view(error.what()).find(text) != std::string_view::npos;
}

BOOST_AUTO_TEST_CASE(errors_name_call_reason_and_place) {
  BOOST_CHECK_NO_THROW(check(MPI_SUCCESS, "MPI_Something"));
  BOOST_CHECK_EXCEPTION(check(MPI_ERR_COUNT, "MPI_Something"), SystemError, [](const SystemError& error) {
    return mentions(error, "MPI_Something: ") && mentions(error, "(collectives_test.cpp:") && !mentions(error, "/");
  });
  const auto comm = world();
  std::string text = "x";
  BOOST_CHECK_EXCEPTION(broadcast(comm, text, comm.size()), SystemError,
                        [](const auto& e) { return mentions(e, "MPI_Bcast"); });
  BOOST_CHECK_EXCEPTION(count_of(std::size_t{1} << 31, "MPI_Issend"), SystemError,
                        [](const auto& e) { return mentions(e, "2147483648"); });
  BOOST_TEST(count_of((std::size_t{1} << 31) - 1, "MPI_Issend") == 2147483647);
}

BOOST_AUTO_TEST_CASE(communicators_split_and_move) {
  const auto comm = world();
  auto half = comm.split(comm.rank() % 2, -comm.rank());
  BOOST_TEST(half.size() == (comm.size() + 1 - comm.rank() % 2) / 2);
  BOOST_TEST(half.rank() == half.size() - 1 - comm.rank() / 2);   // keys count down
  Communicator moved = std::move(half);
  barrier(moved);
  moved = comm.duplicate();
  BOOST_TEST(moved.size() == comm.size());
  BOOST_TEST(moved.handle() != comm.handle());
  BOOST_TEST(comm.split_shared().size() == comm.size());   // the tests run on one node
}

BOOST_AUTO_TEST_CASE(every_root_broadcasts_texts_and_bytes) {
  const auto comm = world();
  for (int root = 0; root < comm.size(); ++root) {
    for (const std::size_t size : {0, 1, 1000, 3'000'000}) {
      std::string text = comm.rank() == root ? std::string(size, char('a' + root)) : "something else";
      broadcast(comm, text, root);
      BOOST_TEST_REQUIRE((text == std::string(size, char('a' + root))));
    }
    std::vector<int> values(1000, comm.rank());
    broadcast(comm, std::as_writable_bytes(std::span(values)), root);
    BOOST_TEST((values == std::vector<int>(1000, root)));
  }
}

BOOST_AUTO_TEST_CASE(texts_of_different_length_are_gathered_by_rank) {
  const auto comm = world();
  for (const std::size_t unit : {0, 1, 7, 300'000}) {
    const auto text_of = [&](int rank) { return std::string(unit * std::size_t(rank), char('a' + rank)); };
    const auto all = all_gather(comm, text_of(comm.rank()));
    BOOST_TEST_REQUIRE(int(all.size()) == comm.size());
    for (int rank = 0; rank < comm.size(); ++rank) BOOST_TEST_REQUIRE((all[std::size_t(rank)] == text_of(rank)));
  }
}

BOOST_AUTO_TEST_CASE(an_input_error_on_the_root_reaches_every_rank) {
  const auto comm = world();
  const std::vector<std::string> problems = {"study.toml:3: seed = x: an integer", "",
                                             "a long one: " + std::string(100'000, 'z')};
  int ran = 0;
  const auto work = [&] {
    ++ran;
    throw InputError(problems);
  };
  BOOST_CHECK_EXCEPTION(on_root(comm, work), InputError,
                        [&](const InputError& error) { return error.problems() == problems; });
  BOOST_TEST(ran == (comm.rank() == 0 ? 1 : 0));
}

BOOST_AUTO_TEST_CASE(an_error_on_any_rank_reaches_every_rank) {
  const auto comm = world();
  for (int failing = 0; failing < comm.size(); ++failing) {
    const std::string text = "write(results.h5): No space left on device, rank " + std::to_string(failing);
    BOOST_CHECK_EXCEPTION(on_all(comm,
                                 [&] {
                                   if (comm.rank() == failing) throw SystemError(text);
                                 }),
                          SystemError, [&](const SystemError& error) { return error.what() == text; });
    BOOST_CHECK_EXCEPTION(on_all(comm,
                                 [&] {
                                   if (comm.rank() == failing) throw std::length_error(text);
                                 }),
                          SystemError, [&](const SystemError& error) { return error.what() == text; });
    BOOST_CHECK_EXCEPTION(on_all(comm,
                                 [&] {
                                   if (comm.rank() == failing) throw InputError(text);
                                 }),
                          InputError, [&](const InputError& error) { return error.problems() == std::vector{text}; });
  }
  BOOST_CHECK_EXCEPTION(on_all(comm, [&] { throw SystemError("rank " + std::to_string(comm.rank())); }), SystemError,
                        [](const SystemError& error) { return error.what() == std::string_view("rank 0"); });
  int ran = 0;
  on_all(comm, [&] { ++ran; });
  on_root(comm, [&] { ++ran; });
  BOOST_TEST(ran == (comm.rank() == 0 ? 2 : 1));
}

}   // namespace
}   // namespace archipel::mpi
