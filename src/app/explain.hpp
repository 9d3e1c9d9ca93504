#pragma once

#include <string>
#include <string_view>

namespace archipel::app {

/// The settings as text. Empty `key`: all, one line each. A table ("training", "stage.0.budget"): its settings, one
/// line each. A setting ("stage.0.islands" or "stage[].islands"): all about it. InputError naming the nearest key if
/// there is none.
std::string explain(std::string_view key);

/// The page docs/study-file.md.
std::string settings_page();

}   // namespace archipel::app
