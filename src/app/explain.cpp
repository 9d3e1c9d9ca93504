#include "app/explain.hpp"

#include "base/error.hpp"
#include "study/settings.hpp"

#include <algorithm>
#include <vector>

namespace archipel::app {
namespace {

std::string name_of(Scope scope) {
  return scope == Scope::scientific ? "scientific: part of what is compared" : "run: cannot change results";
}

/// "[[stage.strategy]]" of "stage[].strategy[].kind"; "" at the top level.
std::string heading_of(const std::string& key) {
  const auto dot = key.rfind('.');
  std::string table = dot == std::string::npos ? "" : key.substr(0, dot);
  if (table.empty()) return "";
  const bool array = table.ends_with("[]");
  table = without_positions(table);
  return array ? "[[" + table + "]]" : "[" + table + "]";
}

std::string last_name(const std::string& key) { return key.substr(key.rfind('.') + 1); }

std::string in_full(const Setting& setting) {
  const auto line = [](const std::string& name, const std::string& text) {
    return "  " + name + std::string(10 - name.size(), ' ') + text + "\n";
  };
  std::string text = setting.key + "\n  " + setting.help + "\n";
  if (const auto heading = heading_of(setting.key); !heading.empty()) text += line("table", heading);
  text += line("type", setting.type);
  if (!setting.unit.empty()) text += line("unit", setting.unit);
  text += line("allowed", setting.allowed);
  text += line("default", setting.standard);
  return text + line("scope", name_of(setting.scope));
}

/// One line each, under the headings of their tables.
std::string listed(const std::vector<const Setting*>& chosen) {
  std::size_t width = 0;
  for (const auto* setting : chosen)
    width = std::max(width, last_name(setting->key).size() + setting->standard.size() + 3);
  width = std::min<std::size_t>(width, 40);
  std::string text, heading;
  for (const auto* setting : chosen) {
    if (const auto own = heading_of(setting->key); own != heading) {
      heading = own;
      text += (text.empty() ? "" : "\n") + heading + "\n";
    }
    std::string assignment = last_name(setting->key) + " = " + setting->standard;
    assignment.resize(std::max(width, assignment.size()), ' ');
    text += "  " + assignment + "  # " + (setting->unit.empty() ? "" : setting->unit + ". ") + setting->help + "\n";
  }
  return text;
}

std::string cell(std::string text) {   // of a Markdown table
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.replace(at, 1, "\\|");
  return text;
}

constexpr const char* introduction = R"(# The study file

<!-- Made by `archipel explain --markdown` from the table of settings in src/study/settings_table.cpp. Do not edit. -->

A study is one TOML file: what is searched, how candidates are scored, and in which stages. `archipel check STUDY`
checks it, `archipel run STUDY` runs it, `archipel explain KEY` explains a setting.

```toml
name = "digits"
seed = 1

[data]
train_images = "train-images-idx3-ubyte.gz"
train_labels = "train-labels-idx1-ubyte.gz"
test_images = "t10k-images-idx3-ubyte.gz"
test_labels = "t10k-labels-idx1-ubyte.gz"

[space]
kind = "cell"
nodes = 5

[[space.gene]]                    # a gene named as a setting of [training] gives its value
name = "learning_rate"
kind = "log_real"
low = 0.01
high = 0.5

[limits]
parameters = 100_000

[[stage]]                         # stage 0
kind = "search"
islands = 4
fidelity.epochs = 2
budget.evaluations = 64

[stage.migration]
topology = "ring"

[[stage.strategy]]                # islands 0 and 2
kind = "aging"

[[stage.strategy]]                # islands 1 and 3
kind = "evolution"

[[stage]]                         # stage 1
kind = "evaluate"
candidates = 2
fidelity.epochs = 15
```

## Rules

- What is left out has its default. A stage without a `[[stage.strategy]]` gets one with the defaults; island *i* uses
  entry *i* modulo their number.
- `--set key=value` on the command line overrides the file. Entries of arrays of tables are counted from 0:
  `--set stage.0.budget.evaluations=128`, `--set stage.0.strategy.1.population=32`. New entries are written into the
  file.
- All mistakes are reported at once, each with file, line, key, value and what is allowed; unknown keys are mistakes.
  The exit code is 2.
- An integer may stand for a real number, not the other way round. Infinities and NaN are refused.

## Scope

*Scientific* settings decide the results: `archipel diff` compares them, with defaults and `--set` applied. *Run*
settings cannot change results and are never compared: paths (the contents of data files are compared by their
checksums), what is shown, how the results file is laid out and synced.

## Settings
)";

}   // namespace

std::string explain(std::string_view key) {
  std::string wanted = placed_key(key).key;
  while (wanted.ends_with('.')) wanted.pop_back();
  std::vector<const Setting*> chosen;
  for (const auto& setting : settings()) {
    if (setting.key == wanted || without_positions(setting.key) == wanted) return in_full(setting);
    const bool below =
        !wanted.empty() && (setting.key.starts_with(wanted + ".") || setting.key.starts_with(wanted + "[]") ||
                            without_positions(setting.key).starts_with(wanted + "."));
    if (key.empty() || below) chosen.push_back(&setting);
  }
  if (chosen.empty()) {   // a name without its table
    for (const auto& setting : settings())
      if (last_name(setting.key) == wanted || setting.key.find("." + wanted + ".") != std::string::npos ||
          setting.key.find("." + wanted + "[") != std::string::npos)
        chosen.push_back(&setting);
    if (chosen.size() == 1) return in_full(*chosen[0]);
  }
  if (chosen.empty() && !wanted.empty()) {   // the beginning of a name
    for (const auto& setting : settings())
      if (without_positions(setting.key).starts_with(wanted) || last_name(setting.key).starts_with(wanted))
        chosen.push_back(&setting);
    if (chosen.size() == 1) return in_full(*chosen[0]);
  }
  if (chosen.empty()) {
    throw InputError("explain " + std::string(key) + ": unknown setting; nearest is " + nearest_key(wanted) +
                     ", 'archipel explain' lists all");
  }
  return listed(chosen);
}

std::string settings_page() {
  std::string page = introduction, heading = "none yet";
  for (const auto& setting : settings()) {
    if (const auto own = heading_of(setting.key); own != heading) {
      heading = own;
      page += "\n### " + (heading.empty() ? "At the top" : "`" + heading + "`") + "\n\n";
      page += "| key | type | unit | allowed | default | scope | meaning |\n|---|---|---|---|---|---|---|\n";
    }
    page += "| `" + last_name(setting.key) + "` | " + setting.type + " | " + setting.unit + " | " +
            cell(setting.allowed) + " | `" + cell(setting.standard) + "` | " +
            (setting.scope == Scope::run ? "run" : "scientific") + " | " + cell(setting.help) + " |\n";
  }
  return page;
}

}   // namespace archipel::app
