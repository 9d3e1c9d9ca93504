#include "app/stop.hpp"

#include "base/error.hpp"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace archipel::app {
namespace {

constexpr double patience = 10;   // s, with ranks that should have stopped

static_assert(std::atomic<std::int64_t>::is_always_lock_free);
std::atomic<std::int64_t> signalled = 0;   // monotonic time in ns; 0: not
std::atomic<int> signal_number = 0;        // the first one

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

extern "C" void note_signal(int number) {
  std::int64_t not_yet = 0;
  int none = 0;
  signal_number.compare_exchange_strong(none, number);
  signalled.compare_exchange_strong(not_yet, monotonic_ns());
}

}   // namespace

void stop_when_signalled(const std::string& name) {
  struct sigaction action {};
  action.sa_handler = &note_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR2, &action, nullptr);   // always: the scripts in jobs/ send it
  if (name == "USR1") sigaction(SIGUSR1, &action, nullptr);
}

StopClock::StopClock(const RunSettings& run) : run_(run) {
  const char* text = std::getenv("SLURM_JOB_END_TIME");
  if (!text) return;
  const std::string_view view(text);
  std::int64_t seconds = 0;
  const auto [end, code] = std::from_chars(view.begin(), view.end(), seconds);
  if (code != std::errc() || end != view.end() || seconds <= 0)
    throw InputError("SLURM_JOB_END_TIME = " + std::string(view) +
                     ": allowed is the end of the job in s since 1970; unset it if there is none");
  end_ = std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

double StopClock::since_signal() const {
  const auto when = signalled.load();
  return when == 0 ? -1 : double(monotonic_ns() - when) * 1e-9;
}

double StopClock::to_end() const {
  if (!end_) return std::numeric_limits<double>::infinity();
  return std::chrono::duration<double>(*end_ - std::chrono::system_clock::now()).count();
}

bool StopClock::stop(double needed) const {
  return since_signal() >= 0 || to_end() < run_.margin + std::max(run_.grace, needed);
}

bool StopClock::overdue() const { return since_signal() > run_.grace || to_end() < run_.margin; }

bool StopClock::left() const { return since_signal() > run_.grace + patience || to_end() < run_.margin - patience; }

std::string StopClock::reason() const {
  if (since_signal() >= 0) return signal_number == SIGUSR1 ? "signal USR1" : "signal USR2";
  if (end_) return "the job ends in " + std::to_string(std::int64_t(std::max(0.0, std::floor(to_end())))) + " s";
  return "";
}

}   // namespace archipel::app
