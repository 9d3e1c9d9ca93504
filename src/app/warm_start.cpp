#include "app/warm_start.hpp"

#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/finalists.hpp"
#include "io/results_reader.hpp"
#include "io/status.hpp"
#include "mpi/collectives.hpp"
#include "mpi/message_codec.hpp"
#include "search/genome_text.hpp"
#include "search/translation.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>

namespace archipel::app {
namespace {

/// Of one stage of a file: the best first.
std::vector<Candidate> ranking(const io::ResultsReader& reader, std::size_t stage, const Space& space) {
  const auto& layout = reader.layout();
  const double sign = layout.stages[stage].objectives[0].maximise ? 1 : -1;
  std::vector<Candidate> candidates;
  const auto add = [&](const Row& row, double value) {
    if (auto genome = translated(layout.space, row.genome, space))
      candidates.push_back({.origin = row.origin, .genome = std::move(*genome), .fitness = sign * value});
  };
  if (layout.stages[stage].kind == "evaluate") {
    for (const auto& finalist : io::finalists_of(layout.stages[stage], reader.rows(stage, 0).rows))
      add(finalist.best, finalist.mean);
    return candidates;
  }
  for (std::int32_t island = 0; island < std::int32_t(layout.stages[stage].islands); ++island) {
    reader.visit_rows(stage, island, [&](std::span<const Row> rows) {
      for (const auto& row : rows) {
        const double value = row.evaluation.objectives[0];
        if (row.evaluation.outcome != Outcome::ok || std::isnan(value)) continue;
        add(row, value);
      }
    });
  }
  std::ranges::sort(candidates, better);
  return candidates;
}

/// A resume wants the candidates again that the study began with, so the file has to stay as it is.
void require_at_rest(const io::ResultsReader& reader) {
  if (reader.changed()) spdlog::warn("{}: {}", reader.path(), io::metadata_changed);
  const auto state = io::status(reader.path());
  if (reader.packed() || state.health != io::Health::resumable) return;
  if (io::perhaps_running(state))
    throw InputError(reader.path() + ": was written " + std::to_string(state.seconds_since_write) +
                     " s ago and may be running: wait until it has ended, or begin with what `archipel pack " +
                     shell_path(reader.path()) + "` makes of it");
  spdlog::warn(
      "{}: its study is not finished: keep a copy as it is now if that may go on, or this one cannot be resumed",
      reader.path());
}

std::vector<Candidate> best_of_file(const std::string& path, const Space& space) {
  const io::ResultsReader reader(path);
  require_at_rest(reader);
  std::vector<Candidate> candidates;
  for (std::size_t stage = reader.stage_count(); stage > 0; --stage) {
    for (auto& candidate : ranking(reader, stage - 1, space)) candidates.push_back(std::move(candidate));
  }
  if (candidates.empty())
    throw InputError(path +
                     ": none of its candidates fits the study's space, which must have all of its genes, by name, and "
                     "their choices, by text");
  return candidates;
}

std::vector<Candidate> best_of_files(const Study& study, std::size_t stage, const std::filesystem::path& study_file,
                                     const Space& space, const Evaluator& evaluator) {
  const auto& settings = study.stages[stage];
  std::vector<std::vector<Candidate>> files;
  for (const auto& name : settings.warm_start) {
    try {
      files.push_back(best_of_file(data_path(study, study_file, name).string(), space));
    } catch (const InputError& error) {
      throw InputError("stage." + std::to_string(stage) + ".warm_start: " + error.what());
    }
  }
  std::vector<Candidate> chosen;
  bool left = true;
  for (std::size_t turn = 0; left; ++turn) {
    left = false;
    for (auto& file : files) {
      if (turn >= file.size() || std::int64_t(chosen.size()) == settings.warm_candidates) continue;
      left = true;
      const bool known = std::ranges::find(chosen, file[turn].genome, &Candidate::genome) != chosen.end();
      if (!known && evaluator.admits(file[turn].genome)) chosen.push_back(std::move(file[turn]));
    }
  }
  return chosen;
}

/// Those that the study itself gives.
std::vector<Genome> given_genomes(const Study& study, std::size_t stage, const Space& space,
                                  const Evaluator& evaluator) {
  std::vector<Genome> genomes;
  for (const auto& text : study.stages[stage].given) {
    const auto place = "stage." + std::to_string(stage) + ".given." + std::to_string(genomes.size());
    auto genome = genome_from(space, text, place);
    if (!evaluator.admits(genome))
      throw InputError(place + ": it is larger than the study allows (limits.parameters, limits.macs)");
    if (const auto twin = std::ranges::find(genomes, genome); twin != genomes.end())
      throw InputError(place + ": the same as given." + std::to_string(twin - genomes.begin()));
    genomes.push_back(std::move(genome));
  }
  return genomes;
}

}   // namespace

std::vector<std::vector<Genome>> warm_starts(const Study& study, const std::filesystem::path& study_file,
                                             Problem& problem, const mpi::Communicator& world) {
  std::vector<std::vector<Genome>> stages(study.stages.size());
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    stages[stage] = given_genomes(study, stage, problem.space(), *problem.evaluator(stage));
    if (study.stages[stage].warm_start.empty()) continue;
    std::string bytes;
    mpi::on_root(world, [&] {
      bytes = mpi::encode(best_of_files(study, stage, study_file, problem.space(), *problem.evaluator(stage)));
    });
    mpi::broadcast(world, bytes);
    for (auto& candidate : mpi::decode_candidates(bytes))
      if (std::ranges::find(stages[stage], candidate.genome) == stages[stage].end())
        stages[stage].push_back(std::move(candidate.genome));
  }
  return stages;
}

Digest digest_of(const std::vector<Genome>& genomes) {
  Hasher hasher;
  for (const auto& genome : genomes) hasher.add(genome.size()).add(std::as_bytes(std::span(genome)));
  return hasher.digest();
}

}   // namespace archipel::app
