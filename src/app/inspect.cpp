#include "app/commands.hpp"
#include "io/diff.hpp"
#include "io/status.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

namespace archipel::app {
namespace {
constexpr auto follow_interval = std::chrono::seconds(5);
}

int status(const std::string& results, bool follow, bool exit_code) {
  auto now = io::status(results);
  std::cout << io::text_of(now) << std::flush;
  while (follow && now.health == io::Health::resumable) {
    std::this_thread::sleep_for(follow_interval);
    now = io::status(results);
    std::cout << '\n' << io::text_of(now) << std::flush;
  }
  return exit_code || now.health == io::Health::broken ? int(now.health) : 0;
}

int diff(const std::string& a, const std::string& b) {
  const auto comparison = io::diff(a, b);
  std::cout << io::text_of(comparison) << std::flush;
  return comparison.same() ? 0 : 1;
}

}   // namespace archipel::app
