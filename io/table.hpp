#pragma once

#include "search/table_evaluator.hpp"
#include "study/study.hpp"

namespace archipel::io {

/// The columns that `settings` names, of the CSV file at `path` (`settings.file` is not looked at). InputError, with file and line,
/// for what is missing or wrong there: also keys that appear twice, costs that are negative.
Table read_table(const TableSettings& settings, const std::string& path);

}   // namespace archipel::io
