#pragma once

#include "study/settings.hpp"

#include <vector>

namespace archipel {

/// The one table of settings, in the order of the study file.
std::vector<Setting> make_settings_table();

// Its parts that have files of their own.
void add_run_settings(std::vector<Setting>& table);     // limits, numerics, results, run
void add_stage_settings(std::vector<Setting>& table);   // stage[]

}   // namespace archipel
