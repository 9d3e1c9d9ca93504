#include "search/table_keys.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>

namespace archipel {
namespace {

Gene choice(const std::string& name, std::vector<std::string> choices) {
  return {.name = name, .choices = std::move(choices)};
}

Space of(std::vector<Gene> genes) { return Space(std::move(genes)); }

std::string key_of(const Space& space, const Genome& genome) {
  std::string key;
  for (std::size_t i = 0; i < genome.size(); ++i) key += value_text(space.genes()[i], genome[i]);
  return key;
}

void for_all(const Space& space, Genome& genome, std::size_t gene, const std::function<void()>& use) {
  if (gene == space.size()) return use();
  const double last = space.active(genome, gene) ? space.genes()[gene].high : 0;
  for (double value = 0; value <= last; ++value) {
    genome[gene] = value;
    for_all(space, genome, gene + 1, use);
  }
}

/// By listing all genomes.
bool has_shared_key(const Space& space) {
  std::map<std::string, int> counts;
  Genome genome(space.size());
  bool shared = false;
  for_all(space, genome, 0, [&] { shared = shared || ++counts[key_of(space, genome)] > 1; });
  return shared;
}

void check_against_listing(const Space& space) {
  const auto found = shared_key(space);
  BOOST_TEST(found.has_value() == has_shared_key(space));
  if (!found) return;
  BOOST_TEST(space.valid(found->a));
  BOOST_TEST(space.valid(found->b));
  BOOST_TEST(found->a != found->b);
  BOOST_TEST(key_of(space, found->a) == found->key);
  BOOST_TEST(key_of(space, found->b) == found->key);
}

/// Texts of up to three of two letters, none twice.
std::vector<std::string> random_choices(Stream& draws) {
  std::vector<std::string> choices;
  for (std::uint32_t wanted = 1 + draws.below(3); choices.size() < wanted;) {
    std::string text;
    for (auto length = draws.below(4); length > 0; --length) text += char('0' + draws.below(2));
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) choices.push_back(text);
  }
  return choices;
}

}   // namespace

BOOST_AUTO_TEST_CASE(choices_that_run_into_one_another_share_a_key) {
  const Space space = of({choice("depth", {"1", "11"}), choice("width", {"1", "11"})});
  const auto found = shared_key(space);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->key == "111");
  try {
    require_unique_keys(space, "k");
    BOOST_ERROR("nothing was thrown");
  } catch (const InputError& error) {
    const std::string text = error.what();
    BOOST_TEST(text.starts_with("evaluator.table.key = \"k\": two genomes have one key '111'"), text);
    BOOST_TEST(text.find("depth = 1, width = 11, and depth = 11, width = 1;") != std::string::npos, text);
    BOOST_TEST(text.find("key = [\"depth\", \"width\"]") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(others_do_not) {
  BOOST_TEST(!shared_key(of({choice("a", {"1", "11"})})));
  BOOST_TEST(!shared_key(of({choice("a", {"1", "11"}), choice("b", {"x", "xx"})})));
  BOOST_TEST(!shared_key(of({choice("a", {"1", "11"}), choice("b", {"0"}), choice("c", {"1", "11"})})));
  BOOST_TEST(!shared_key(of({choice("a", {"1;", "11;"}), choice("b", {"1;", "11;"})})));
  BOOST_TEST(shared_key(of({choice("a", {"", "1"}), choice("b", {"", "1"})})).has_value());
}

BOOST_AUTO_TEST_CASE(spaces_too_large_to_list_are_decided) {
  std::vector<Gene> genes;
  for (int i = 0; i < 200; ++i) genes.push_back(choice("g" + std::to_string(i), {"0", "1", "2", "3", "4"}));
  BOOST_TEST(!shared_key(Space(genes)));
  genes.front().choices = {"0", "01"};
  BOOST_TEST(!shared_key(Space(genes)));   // the rest must be as long
  genes.back().choices = {"1", "11"};
  const auto found = shared_key(Space(genes));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(key_of(Space(genes), found->a) == key_of(Space(genes), found->b));
}

BOOST_AUTO_TEST_CASE(inactive_genes_keep_their_first_choice) {
  Gene under = choice("under", {"1", "11"});
  under.when = Gene::Condition{.gene = 0, .values = {1}};
  // With a = x the key is x1..., with a = y all of y1..., y11...: only the last gene could make them one.
  BOOST_TEST(!shared_key(of({choice("a", {"x", "y"}), under, choice("b", {"2", "3"})})));
  BOOST_TEST(shared_key(of({choice("a", {"x", "y"}), under, choice("b", {"1", "11"})})).has_value());
  under.when->values = {};
  BOOST_TEST(!shared_key(of({choice("a", {"x", "y"}), under, choice("b", {"1", "11"})})));
}

BOOST_AUTO_TEST_CASE(it_agrees_with_a_list_of_all_genomes) {
  int shared = 0;
  constexpr int rounds = 3000;
  for (int round = 0; round < rounds; ++round) {
    Stream draws(7, Purpose::ask, 0, 0, std::uint32_t(round));
    std::vector<Gene> genes;
    for (std::uint32_t i = 0, count = 1 + draws.below(4); i < count; ++i) {
      genes.push_back(choice("g" + std::to_string(i), random_choices(draws)));
      if (i == 0 || !draws.chance(0.4)) continue;
      const std::size_t on = draws.below(i);
      Gene::Condition when{.gene = on, .values = {}};
      for (std::size_t value = 0; value < genes[on].choices.size(); ++value)
        if (draws.chance(0.5)) when.values.push_back(double(value));
      genes.back().when = when;
    }
    const Space space(genes);
    shared += has_shared_key(space);
    check_against_listing(space);
  }
  BOOST_TEST(shared > rounds / 20);
  BOOST_TEST(shared < rounds * 9 / 10);
}

}   // namespace archipel
