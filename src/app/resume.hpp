#pragma once

#include "app/problem.hpp"
#include "io/results_reader.hpp"
#include "study/study.hpp"

#include <functional>
#include <string>

namespace archipel::app {

/// Whether `layout`, made from the study now, agrees with the results at `path` in all scientific settings but those that
/// `may_differ`, the data and the bits of the kernels. Returns the file's stripe. InputError naming every setting and fact that
/// differs, and `remedy`; SystemError if the file is damaged.
std::int64_t check_agrees(const std::string& path, const io::ResultsLayout& layout,
                          const std::function<bool(const std::string& key)>& may_differ, const std::string& remedy);
struct Continued {
  std::int64_t stripe = 0;    // of the file, which keeps it
  bool mended_test = false;   // the test files are not those of the first start, and no network has seen those
};
/// Whether `layout`, made from the study now, continues the results at `path`: the same scientific settings, data and bits of
/// the kernels. InputError naming every setting and fact that differs; SystemError if the file is damaged.
Continued check_continues(const std::string& path, const io::ResultsLayout& layout);

/// The data that decide rows, whose checksums differ between the provenance of the file at `path` and `here`, a message each. Not the candidates that
/// stages began with: rows are the same wherever their genomes came from.
std::vector<std::string> differing_data(const std::string& path,
                                        const std::vector<std::pair<std::string, std::string>>& there,
                                        const std::vector<std::pair<std::string, std::string>>& here);
/// The study that a results file was made by, with `sets` applied.
Study study_of_results(const io::ResultsReader& reader, const std::vector<std::string>& sets);

/// "" if the kernels here give the bits of the file with this provenance; else what differs and how to reconcile it. Needs
/// `prepare_kernels`.
std::string canary_difference(const std::string& path,
                              const std::vector<std::pair<std::string, std::string>>& provenance,
                              const Problem& problem, const std::string& isa);

}   // namespace archipel::app
