#pragma once

#include "io/results_reader.hpp"
#include "search/artefacts.hpp"
#include "search/evaluator.hpp"

#include <memory>
#include <string>

namespace archipel::app {

/// Whether the study of `layout` is that of the results at `path` with other budgets. InputError naming what else differs.
void check_extends(const std::string& path, const io::ResultsLayout& layout);

/// `evaluator` of a stage, but what the rows of `old` tell is not evaluated again: its results are those, its weights are copied from
/// beside `old` into `artefacts` (null: none are kept). `old` must outlive it: rows are read when they are asked for.
std::unique_ptr<Evaluator> with_rows_of(const io::ResultsReader& old, std::size_t stage,
                                        std::unique_ptr<Evaluator> evaluator, Artefacts* artefacts);

}   // namespace archipel::app
