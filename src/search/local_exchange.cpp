#include "search/local_exchange.hpp"

#include "base/error.hpp"
#include "search/placement.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace archipel {
namespace {

struct Letter {
  std::uint64_t due;   // number of the receiver's `receive` call that delivers it
  Message message;
};

struct Mailbox {
  std::uint64_t received = 0;              // calls of `receive`
  std::vector<Letter> letters;             // in order of sending
  std::map<int, std::uint64_t> last_due;   // by sender, kept only with delays
};

}   // namespace

struct LocalHub::State {
  int teams, islands;
  int most_delay = 0;
  std::optional<Stream> draws;

  std::mutex mutex;   // guards everything below and `draws`
  std::vector<Mailbox> mailboxes;
  std::vector<std::vector<Candidate>> gathered;   // by team
  std::vector<Candidate> result;                  // of the last finished gathering
  int deposits = 0;
  int standing = std::numeric_limits<int>::max(), least_standing = 0;   // so far in this gathering, of the last one
  std::uint64_t gatherings = 0;                                         // finished
  std::condition_variable gathering_done;

  void post(int from, int to, const Message& message) {
    auto& box = mailboxes[std::size_t(to)];
    auto due = box.received + 1;
    if (most_delay > 0) {
      auto& last = box.last_due[from];
      due = last = std::max(last, due + draws->below(std::uint32_t(most_delay) + 1));
    }
    box.letters.push_back({due, message});
  }
};

class LocalHub::Team : public Exchange {
 public:
  Team(State& hub, int team) : hub_(hub), team_(team) {}

  void send(const Packet& packet) override {
    if (crew_of(packet.from, hub_.teams, hub_.islands).begin != team_) return;
    const std::lock_guard lock(hub_.mutex);
    const auto crew = crew_of(packet.to, hub_.teams, hub_.islands);
    for (int to = crew.begin; to < crew.end; ++to) hub_.post(team_, to, packet);
  }

  void share(const Result& result) override {
    const std::lock_guard lock(hub_.mutex);
    const auto crew = crew_of(result.origin.island, hub_.teams, hub_.islands);
    for (int to = crew.begin; to < crew.end; ++to) {
      if (to != team_) hub_.post(team_, to, result);
    }
  }

  void post(int team, const Message& message) override {
    const std::lock_guard lock(hub_.mutex);
    hub_.post(team_, team, message);
  }

  void receive(std::vector<Message>& messages) override {
    const std::lock_guard lock(hub_.mutex);
    auto& box = hub_.mailboxes[std::size_t(team_)];
    ++box.received;
    const auto later =
        std::ranges::stable_partition(box.letters, [&](const Letter& l) { return l.due <= box.received; });
    for (auto letter = box.letters.begin(); letter != later.begin(); ++letter)
      messages.push_back(std::move(letter->message));
    box.letters.erase(box.letters.begin(), later.begin());
  }

  void wait() override {
    if (hub_.teams > 1) return std::this_thread::yield();
    const std::lock_guard lock(hub_.mutex);
    if (hub_.mailboxes[0].letters.empty()) throw SystemError("the only team waits for a message: none can arrive");
  }

  int end(int standing, const std::function<bool()>&) override {
    const auto lock = deposit({}, standing);
    return hub_.least_standing;
  }

  std::vector<Candidate> gather(const std::vector<Candidate>& mine) override {
    const auto lock = deposit(mine, 0);
    return hub_.result;
  }

 private:
  std::unique_lock<std::mutex> deposit(const std::vector<Candidate>& mine, int standing) {
    std::unique_lock lock(hub_.mutex);
    hub_.gathered[std::size_t(team_)] = mine;
    hub_.standing = std::min(hub_.standing, standing);
    if (++hub_.deposits == hub_.teams) {
      hub_.result.clear();
      for (const auto& part : hub_.gathered) hub_.result.insert(hub_.result.end(), part.begin(), part.end());
      hub_.least_standing = std::exchange(hub_.standing, std::numeric_limits<int>::max());
      hub_.deposits = 0;
      ++hub_.gatherings;
      hub_.gathering_done.notify_all();
    } else {
      hub_.gathering_done.wait(lock, [this, before = hub_.gatherings] { return hub_.gatherings != before; });
    }
    return lock;
  }

  State& hub_;
  int team_;
};

LocalHub::LocalHub(int teams, int islands) : state_(std::make_unique<State>()) {
  state_->teams = teams;
  state_->islands = islands;
  state_->mailboxes.resize(std::size_t(teams));
  state_->gathered.resize(std::size_t(teams));
}

LocalHub::LocalHub(int teams, int islands, int most_delay, Stream draws) : LocalHub(teams, islands) {
  state_->most_delay = most_delay;
  state_->draws = draws;
}

LocalHub::~LocalHub() = default;

std::unique_ptr<Exchange> LocalHub::team(int team) { return std::make_unique<Team>(*state_, team); }

}   // namespace archipel
