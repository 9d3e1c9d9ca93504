#pragma once

#include "study/study.hpp"

#include <span>
#include <string>

namespace archipel::io {

/// The text of a file of at most 16 MB. InputError, naming path and reason, if it cannot be read.
std::string read_text(const std::string& path);

/// The study that the TOML text `text` describes, with `sets` ("key=value", as "stage.0.budget.cost=1e9") applied after
/// it.
/// A value of `sets` is TOML, or else a bare text. A stage without a [[stage.strategy]] gets the default one.
/// Collects every problem, each with `file_name` and line (or "--set"), key, value and what is allowed, in one
/// InputError.
Study read_study(const std::string& text, const std::string& file_name, std::span<const std::string> sets);

}   // namespace archipel::io
