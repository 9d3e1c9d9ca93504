#include "mpi/replicas.hpp"

#include "base/error.hpp"
#include "mpi/backoff.hpp"
#include "mpi/error.hpp"
#include "mpi/message_codec.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace archipel::mpi {
namespace {

constexpr int agree_tag = 1;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

}   // namespace

std::string Replicas::agree(std::string seen) const {
  if (first()) {
    const int count = count_of(seen.size(), "MPI_Send");
    for (int replica = 1; replica < comm_.size(); ++replica)
      check(MPI_Send(seen.data(), count, MPI_BYTE, replica, agree_tag, comm_.handle()), "MPI_Send");
    return seen;
  }
  Backoff backoff;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  for (int arrived = 0; !arrived;) {
    check(MPI_Improbe(0, agree_tag, comm_.handle(), &arrived, &message, &status), "MPI_Improbe");
    if (!arrived) backoff.pause();
  }
  int size = 0;
  check(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
  seen.resize(std::size_t(size));
  check(MPI_Mrecv(seen.data(), size, MPI_BYTE, &message, MPI_STATUS_IGNORE), "MPI_Mrecv");
  return seen;
}

bool Replicas::agree(bool seen) const { return agree(std::string(seen ? "y" : "n")) == "y"; }

double Replicas::agree(double seen) const {
  const auto bytes = agree(text_of(std::as_bytes(std::span(&seen, 1))));
  std::memcpy(&seen, bytes.data(), sizeof seen);
  return seen;
}

Teams divide(const Communicator& world, int replicas) {
  const int team = world.rank() / replicas;
  return {.team = team,
          .teams = world.size() / replicas,
          .replicas = Replicas(world.split(team, world.rank())),
          .across = world.split(world.rank() % replicas, world.rank())};
}

void ReplicaExchange::send(const Packet& packet) {
  if (outside_) outside_->send(packet);
}

void ReplicaExchange::share(const Result& result) {
  if (outside_) outside_->share(result);
}

void ReplicaExchange::post(int team, const Message& message) {
  if (outside_) outside_->post(team, message);
}

void ReplicaExchange::receive(std::vector<Message>& messages) {
  if (replicas_.alone())
    return outside_->receive(messages);   // called between any two evaluations: no detour through bytes
  std::vector<Message> arrived;
  if (outside_) outside_->receive(arrived);
  arrived = decode_messages(replicas_.agree(encode(arrived)));
  std::ranges::move(arrived, std::back_inserter(messages));
}

void ReplicaExchange::wait() {
  if (outside_) outside_->wait();
}

int ReplicaExchange::end(int standing, const std::function<bool()>& overdue) {
  constexpr double alone = -1;
  double least = 0;
  if (outside_) {
    try {
      least = outside_->end(standing, overdue);
    } catch (const Stopped&) {
      least = alone;
    }
  }
  least = replicas_.agree(least);
  if (least == alone) throw Stopped(false);
  return int(least);
}

std::vector<Candidate> ReplicaExchange::gather(const std::vector<Candidate>& mine) {
  return decode_candidates(replicas_.agree(outside_ ? encode(outside_->gather(mine)) : std::string()));
}

Past ReplicaRecorder::past(const Origin& origin) {
  if (replicas_.alone()) return outside_->past(origin);
  return decode_past(replicas_.agree(outside_ ? encode(outside_->past(origin)) : std::string()));
}

void ReplicaRecorder::note(const Origin& origin, const RunInfo& run) {
  if (outside_) outside_->note(origin, run);
}

void ReplicaRecorder::row(const Row& row, const RunInfo& run) {
  if (outside_) outside_->row(row, run);
}

void ReplicaRecorder::migration(const Migration& migration) {
  if (outside_) outside_->migration(migration);
}

void ReplicaRecorder::ended(std::int32_t island, const IslandEnd& end) {
  if (outside_) outside_->ended(island, end);
}

Digest ReplicaArtefacts::put(std::span<const std::byte> bytes) {
  return outside_ ? outside_->put(bytes) : digest_of(bytes);
}

std::vector<std::byte> ReplicaArtefacts::get(const Digest& digest) const {
  return bytes_of(replicas_.agree(outside_ ? text_of(outside_->get(digest)) : std::string()));
}

bool ReplicaArtefacts::holds(const Digest& digest) const {
  return replicas_.agree(outside_ && outside_->holds(digest));
}

void ReplicaCheckpoints::keep(const Digest& key, std::span<const std::byte> state) {
  if (outside_) outside_->keep(key, state);
}

std::optional<std::vector<std::byte>> ReplicaCheckpoints::find(const Digest& key) {
  std::string found = "-";   // nothing
  if (outside_) {
    if (const auto state = outside_->find(key)) found = "+" + text_of(*state);
  }
  found = replicas_.agree(std::move(found));
  if (found.front() == '-') return {};
  return bytes_of(found.substr(1));
}

bool ReplicaCheckpoints::has(const Digest& key) const { return replicas_.agree(outside_ && outside_->has(key)); }

void ReplicaCheckpoints::drop(const Digest& key) {
  if (outside_) outside_->drop(key);
}

}   // namespace archipel::mpi
