#include "app/tournament.hpp"

#include "app/version.hpp"
#include "base/error.hpp"
#include "base/rank_test.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/hdf5.hpp"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace archipel::app {
namespace {

std::span<const Score> scores_of(const Tournament& t, std::size_t entry) {
  return std::span(t.scores).subspan(entry * std::size_t(t.seeds), std::size_t(t.seeds));
}

/// Best-so-far of an entry's searches at a share, larger is better, -infinity where nothing succeeded.
std::vector<double> best_of(const Tournament& t, std::size_t entry, std::size_t share) {
  std::vector<double> values;
  for (const auto& score : scores_of(t, entry)) {
    const double value = t.objective.maximise ? score.best[share] : -score.best[share];
    values.push_back(std::isnan(value) ? -std::numeric_limits<double>::infinity() : value);
  }
  return values;
}

double at_quantile(const Tournament& t, std::size_t entry, std::size_t share, double q) {
  const double value = quantile(best_of(t, entry, share), q);
  return t.objective.maximise ? value : -value;
}

struct Comparison {
  std::size_t first, second;   // entries
  RankTest test;
  double corrected = 1;
};

/// Each entry with random search, and with the one whose median is the best.
std::vector<Comparison> comparisons(const Tournament& t, std::size_t best) {
  const auto random = std::size_t(std::ranges::find(t.entries, "random") - t.entries.begin());
  std::vector<Comparison> all;
  const auto last = tournament_shares.size() - 1;
  for (const bool with_random : {true, false}) {
    const auto second = with_random ? random : best;
    for (std::size_t entry = 0; entry < t.entries.size(); ++entry) {
      if (entry == second || (!with_random && (best == random || entry == random))) continue;
      all.push_back({entry, second, compare_ranks(best_of(t, entry, last), best_of(t, second, last))});
    }
  }
  std::vector<double> p;
  for (const auto& each : all) p.push_back(each.test.p);
  const auto corrected = holm_corrected(p);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].corrected = corrected[i];
  return all;
}

std::string verdict(const std::vector<Comparison>& all, std::size_t entry, std::size_t against) {
  for (const auto& each : all) {
    const bool turned = each.first == against && each.second == entry;
    if (!turned && (each.first != entry || each.second != against)) continue;
    const double superiority = turned ? 1 - each.test.superiority : each.test.superiority;
    return fmt::format("{:3.0f} %  p {:<7.2g}{}", 100 * superiority, each.corrected,
                       each.corrected < 0.05 ? (superiority > 0.5 ? " better" : " worse") : "");
  }
  return "";
}

/// Entries by the median at the end, best first.
std::vector<std::size_t> ranking(const Tournament& t) {
  std::vector<std::size_t> order(t.entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t entry) {
    const auto values = best_of(t, entry, tournament_shares.size() - 1);
    return std::pair(-quantile(values, 0.5), -std::accumulate(values.begin(), values.end(), 0.0));
  };
  std::ranges::stable_sort(order, {}, key);
  return order;
}

double mean(std::span<const Score> scores, const auto& value) {
  double sum = 0;
  for (const auto& score : scores) sum += value(score);
  return sum / double(scores.size());
}

void fill(hid_t file, const Tournament& t) {
  io::set_attribute(file, "study", t.study);
  io::set_attribute(file, "program", version());
  io::set_attribute(file, "objective", t.objective.name);
  io::set_attribute(file, "maximise", std::string(t.objective.maximise ? "true" : "false"));
  io::set_attribute(file, "cost_unit", t.cost_unit);
  const auto provenance = io::make_group(file, "provenance");
  for (const auto& [name, value] : t.provenance) io::set_attribute(provenance, name, value);
  io::write_table(file, "study", {{"text", std::vector<std::string>{t.text}}});
  io::write_table(file, "entries", {{"entry", t.entries}, {"settings", t.settings}});
  std::vector<std::string> entries, curve_entries;
  std::vector<std::int64_t> seeds, curve_seeds;
  std::vector<double> evaluations, costs, best, shares, curve;
  std::vector<std::vector<double>> reported(t.reported.size());
  for (std::size_t s = 0; s < t.scores.size(); ++s) {
    const auto& score = t.scores[s];
    entries.push_back(t.entries[s / std::size_t(t.seeds)]);
    seeds.push_back(std::int64_t(t.first_seed) + std::int64_t(s) % t.seeds);
    evaluations.push_back(score.evaluations);
    costs.push_back(score.cost);
    best.push_back(score.best.back());
    for (std::size_t r = 0; r < reported.size(); ++r) reported[r].push_back(score.reported[r]);
    for (std::size_t k = 0; k < tournament_shares.size(); ++k) {
      curve_entries.push_back(entries.back());
      curve_seeds.push_back(seeds.back());
      shares.push_back(tournament_shares[k]);
      curve.push_back(score.best[k]);
    }
  }
  std::vector<io::TableColumn> runs = {
      {"entry", entries}, {"seed", seeds}, {"evaluations", evaluations}, {"cost", costs}, {t.objective.name, best}};
  for (std::size_t r = 0; r < reported.size(); ++r) runs.push_back({t.reported[r], reported[r]});
  io::write_table(file, "runs", runs);
  io::write_table(
      file, "curves",
      {{"entry", curve_entries}, {"seed", curve_seeds}, {"budget_share", shares}, {t.objective.name, curve}});
  std::vector<std::string> first, second;
  std::vector<double> superiority, p, corrected;
  for (const auto& each : comparisons(t, ranking(t)[0])) {
    first.push_back(t.entries[each.first]);
    second.push_back(t.entries[each.second]);
    superiority.push_back(each.test.superiority);
    p.push_back(each.test.p);
    corrected.push_back(each.corrected);
  }
  io::write_table(
      file, "tests",
      {{"first", first}, {"second", second}, {"superiority", superiority}, {"p", p}, {"p_holm", corrected}});
}

}   // namespace

void print(const Tournament& t) {
  std::size_t width = 8;
  for (const auto& entry : t.entries) width = std::max(width, entry.size());
  const auto order = ranking(t);
  const auto tests = comparisons(t, order[0]);
  const auto last = tournament_shares.size() - 1;
  fmt::print("{}: {} ({}), {} seeds each\n\nbest so far, median\n{:<{}}", t.study, t.objective.name,
             t.objective.maximise ? "more is better" : "less is better", t.seeds, "budget", width);
  const std::array<std::size_t, 7> shown = {0, 2, 3, 4, 7, 9, last};
  for (const auto share : shown) fmt::print(" {:>10}", fmt::format("{:.0f} %", 100 * tournament_shares[share]));
  fmt::print("\n");
  for (const auto entry : order) {
    fmt::print("{:<{}}", t.entries[entry], width);
    for (const auto share : shown) fmt::print(" {:>10.5g}", at_quantile(t, entry, share, 0.5));
    fmt::print("\n");
  }
  const auto random = std::size_t(std::ranges::find(t.entries, "random") - t.entries.begin());
  const bool random_wins = order[0] == random;
  fmt::print("\nat the end\n{:<{}} {:>11} {:>11} {:>23} {:>7}  {:<28} {:<28}", "", width, "median", "mean", "quartiles",
             "asks", "against random search", random_wins ? "" : "against " + t.entries[order[0]]);
  for (const auto& name : t.reported) fmt::print(" {:>12}", name);
  fmt::print("\n");
  for (const auto entry : order) {
    const auto scores = scores_of(t, entry);
    const double low = at_quantile(t, entry, last, 0.25), high = at_quantile(t, entry, last, 0.75);
    fmt::print("{:<{}} {:>11.5g} {:>11.5g} {:>23} {:>7.0f}  {:<28} {:<28}", t.entries[entry], width,
               at_quantile(t, entry, last, 0.5), mean(scores, [&](const Score& s) { return s.best[last]; }),
               fmt::format("{:.5g} .. {:.5g}", std::min(low, high), std::max(low, high)),
               mean(scores, [](const Score& s) { return s.evaluations; }), verdict(tests, entry, random),
               entry == order[0] || random_wins ? "" : verdict(tests, entry, order[0]));
    for (std::size_t r = 0; r < t.reported.size(); ++r)
      fmt::print(" {:>12.6g}", mean(scores, [&](const Score& s) { return s.reported[r]; }));
    fmt::print("\n");
  }
  fmt::print(
      "\nagainst: how often a search of this one is better than one of that, ties half; p by Mann-Whitney, two-sided, "
      "Holm-corrected over {} test{}\n",
      tests.size(), tests.size() == 1 ? "" : "s");
  if (t.seeds < 8)
    fmt::print(
        "with fewer than 8 seeds p is a rough approximation, and hardly anything is significant: raise --seeds\n");
}

void write(const Tournament& tournament, const std::string& path) {
  const io::QuietHdf5 quiet;
  const auto temporary = io::temporary_name(path);
  try {
    io::H5File file(
        io::check(H5Fcreate(temporary.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, io::access_without_locks(temporary)),
                  "H5Fcreate", temporary));
    fill(file, tournament);
    io::check(H5Fclose(file.release()), "H5Fclose", temporary);
    io::Descriptor(temporary, O_RDWR).sync();
    if (!io::name_durably(temporary, path))
      throw SystemError(path + ": exists by now: move it, and start the same command again");
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}   // namespace archipel::app
