#include "io/status.hpp"

#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/front.hpp"
#include "io/results_reader.hpp"

#include <cmath>
#include <cstdio>

namespace archipel::io {
namespace {

bool beats(const Row& a, const Row& b, bool maximise) {
  const double left = a.evaluation.objectives[0], right = b.evaluation.objectives[0];
  if (left != right) return maximise ? left > right : left < right;
  return a.origin < b.origin;
}

StageStatus status_of(const ResultsReader& reader, std::size_t number) {
  const auto& stage = reader.layout().stages[number];
  StageStatus status{.name = reader.name_of_stage(number),
                     .kind = stage.kind,
                     .islands = stage.islands,
                     .most_rows = stage.islands * stage.max_rows,
                     .cost_unit = stage.cost_unit};
  if (!stage.objectives.empty()) {
    status.objective = stage.objectives[0].name;
    status.objective_unit = stage.objectives[0].unit;
  }
  double cost = 0;
  Front front(stage);
  std::vector<Row> evaluated;
  const bool several = stage.optimised.size() > 1;
  for (std::int32_t island = 0; island < std::int32_t(stage.islands); ++island) {
    const auto end = reader.ended(number, island);
    std::int64_t before_end = 0;
    const auto broken = reader.visit_rows(number, island, [&](std::span<const Row> rows) {
      const auto first = rows.front().origin.ask;
      const auto runs = reader.runs(number, island, first, std::size_t(rows.back().origin.ask - first) + 1);
      for (const auto& row : rows) {
        ++status.rows;
        ++status.outcomes[row.evaluation.outcome];
        cost += double(row.cost);
        const auto& run = runs[std::size_t(row.origin.ask - first)];
        status.seconds += run.seconds * run.ranks;
        const bool scored = row.evaluation.outcome == Outcome::ok && !stage.objectives.empty() &&
                            !std::isnan(row.evaluation.objectives[0]);
        if (scored && (!status.best || beats(row, *status.best, stage.objectives[0].maximise))) status.best = row;
        if (several) front.add(row);
        status.offspring += std::ranges::any_of(
            row.parents, [&](const Origin& parent) { return parent.island >= 0 && parent.island != island; });
        if (stage.kind == "evaluate") evaluated.push_back(row);
        before_end += end && row.origin.ask < end->rows;
      }
    });
    status.broken += std::int64_t(broken.size());
    const auto migrations = reader.migrations(number, island);
    status.migrations += std::int64_t(migrations.migrations.size());
    status.broken_migrations += std::int64_t(migrations.broken.size());
    status.taken +=
        std::ranges::count_if(migrations.migrations, [](const Migration& m) { return m.replaced != m.migrant; });
    if (end) {
      ++status.islands_ended;
      status.missing += end->rows - before_end;
      const auto arrived = std::int64_t(migrations.migrations.size() + migrations.broken.size());
      status.missing_migrations += std::max(end->migrations - arrived, std::int64_t{0});
    }
  }
  if (status.migrations == 0) status.offspring = 0;   // of finalists, whose parents are of the stage before
  status.cost = cost / stage.units_per_cost;
  if (std::ranges::any_of(evaluated, [](const Row& row) { return row.replicate > 0; })) {
    status.race = finalists_of(stage, evaluated);
    status.best = status.race.empty() ? std::nullopt : std::optional(status.race[0].best);
    if (status.best) status.best->evaluation.objectives[0] = status.race[0].mean;   // its own was lucky
  }
  if (several) {
    status.front = front.rows();
    status.hypervolume = front.hypervolume();
    if (!status.front.empty()) status.best = status.front[0];
    status.front_missing = has_front(stage) && status.islands_ended == stage.islands && !status.front.empty() &&
                           reader.front(number).members.empty();
  }
  for (const auto& opening : reader.openings(number)) status.openings.emplace_back(opening.validation, opening.test);
  return status;
}

std::string number(double value, int digits = 4) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

constexpr std::int64_t lately = 10;   // s since a write, in which a study may be running

std::string duration(double seconds) {
  if (seconds < 120) return number(std::floor(seconds)) + " s";
  if (seconds < 7200) return number(std::floor(seconds / 60)) + " min";
  if (seconds < 172800) return number(std::floor(seconds / 3600)) + " h";
  return number(std::floor(seconds / 86400)) + " days";
}

std::string text_of_stage(const StageStatus& stage) {
  const bool ended = stage.islands_ended == stage.islands;
  std::string text = "stage " + stage.name + ": " +
                     (ended            ? "ended"
                      : stage.rows > 0 ? "under way"
                                       : "not begun") +
                     ", " + std::to_string(stage.rows) +
                     (ended ? " rows, " : " of at most " + std::to_string(stage.most_rows) + " rows, ") +
                     std::to_string(stage.islands_ended) + " of " + std::to_string(stage.islands) + " islands ended\n";
  if (stage.rows > 0) {
    text += "  outcomes   ";
    const char* separator = "";
    for (const auto& [outcome, count] : stage.outcomes) {
      text += separator + std::to_string(count) + " " + std::string(name_of(outcome));
      separator = ", ";
    }
    text += "\n  cost       " + number(stage.cost) + " " + stage.cost_unit + " in " + duration(stage.seconds) +
            " of a rank";
    text += "\n";
    if (stage.migrations > 0) text += "  migration  " + migration_text(stage) + "\n";
  }
  if (stage.best) {
    const auto& best = *stage.best;
    text += "  best       " + stage.objective + " " + number(best.evaluation.objectives[0], 6) +
            (stage.objective_unit.empty() || stage.objective_unit == "1" ? "" : " " + stage.objective_unit) +
            ", island " + std::to_string(best.origin.island) + " ask " + std::to_string(best.origin.ask) + " (" +
            std::string(name_of(best.op)) + ")\n";
  }
  if (!stage.race.empty()) {
    const auto& first = stage.race[0];
    text += "  race       " + number(first.mean, 6) + " is the mean of " + std::to_string(first.values.size()) +
            " evaluations of the best, with probability " + number(first.probability, 3) + " the best of " +
            std::to_string(stage.race.size()) + "\n";
  }
  if (!stage.front.empty())
    text += "  front      " + std::to_string(stage.front.size()) + " candidates, hypervolume " +
            number(stage.hypervolume) + " of the box between worst and best" +
            (stage.front_missing ? "; not in the file yet" : "") + "\n";
  for (const auto& [validation, test] : stage.openings)
    text += "  test set   " + (std::isnan(test) ? "being read" : number(test, 6)) + " (validation " +
            number(validation, 6) + ")\n";
  if (stage.broken > 0) text += "  damaged    " + std::to_string(stage.broken) + " rows do not hold\n";
  if (stage.broken_migrations > 0)
    text += "  damaged    " + std::to_string(stage.broken_migrations) + " migrations do not hold\n";
  if (stage.missing > 0) text += "  missing    " + std::to_string(stage.missing) + " rows of islands that ended\n";
  if (stage.missing_migrations > 0)
    text += "  missing    " + std::to_string(stage.missing_migrations) + " migrations to islands that ended\n";
  return text;
}

}   // namespace

std::string migration_text(const StageStatus& stage) {
  return std::to_string(stage.migrations) + " migrants arrived, " + std::to_string(stage.taken) +
         " entered a population, " + std::to_string(stage.offspring) + " evaluations have a parent from another island";
}

std::string size_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit < 4; ++unit) bytes /= 1000;
  return number(bytes, 3) + " " + units[unit];
}

Status status(const std::string& path) {
  Status result{.path = path};
  try {
    const ResultsReader reader(path);
    result.changed = reader.changed();
    result.seed = reader.layout().seed;
    result.genes = reader.layout().space.size();
    result.seconds_since_write = reader.seconds_since_write();
    result.bytes_on_disk = reader.bytes_on_disk();
    bool ended = true;
    for (std::size_t number = 0; number < reader.stage_count(); ++number) {
      const auto& stage = result.stages.emplace_back(status_of(reader, number));
      const auto& models = reader.layout().models;
      const bool untested = std::ranges::find(models, model_name(number)) != models.end() && stage.best &&
                            (stage.openings.empty() || std::isnan(stage.openings.back().second));
      const bool whole =
          stage.missing == 0 && stage.missing_migrations == 0 && stage.broken_migrations == 0 && !stage.front_missing;
      ended = ended && stage.islands_ended == stage.islands && !untested && whole;
    }
    result.health = !ended                      ? (reader.packed() ? Health::copy : Health::resumable)
                    : result.stages.back().best ? Health::finished
                                                : Health::fruitless;
  } catch (const SystemError& error) {
    result.health = Health::broken;
    result.problem = error.what();
  }
  return result;
}

bool perhaps_running(const Status& status) {
  return status.health == Health::resumable && status.seconds_since_write < lately;
}

std::string text_of(const Status& status) {
  if (status.health == Health::broken && status.stages.empty())
    return status.path + ": broken: " + status.problem + "\n";
  const auto state =
      status.health == Health::finished    ? "finished"
      : status.health == Health::fruitless ? "finished, but no candidate succeeded; " + why_fruitless(status).text
      : status.health == Health::broken    ? "broken: " + status.problem
      : status.health == Health::copy
          ? "a copy of a study that was not finished (archipel run STUDY --extend " + shell_path(status.path) +
                " --results NEW takes its rows)"
          : std::string("not finished") + (perhaps_running(status) ? ", perhaps running" : "") +
                " (archipel run STUDY --results " + shell_path(status.path) + " --resume goes on with it)";
  std::string text = status.path + ": " + state + "\n";
  text += "seed " + std::to_string(status.seed) + ", " + std::to_string(status.genes) + " genes, " +
          size_text(double(status.bytes_on_disk)) + " on disk, last written " +
          duration(double(status.seconds_since_write)) + " ago\n";
  if (status.changed) text += std::string("changed: ") + metadata_changed + "\n";
  for (const auto& stage : status.stages) text += text_of_stage(stage);
  return text;
}

}   // namespace archipel::io
