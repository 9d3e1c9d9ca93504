#include "train/plan.hpp"
#include "base/error.hpp"
#include "train/optimiser.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {
Gene choices(const std::string& name, std::vector<std::string> texts) {
  return {.name = name,
          .kind = GeneKind::categorical,
          .low = 0,
          .high = double(texts.size()) - 1,
          .choices = std::move(texts)};
}
}   // namespace

BOOST_AUTO_TEST_CASE(genes_named_like_settings_take_their_place) {
  const Space space({choices("optimiser", {"sgd", "adamw"}),
                     choices("batch", {"64", "128"}),
                     choices("flip", {"false", "true"}),
                     {.name = "learning_rate", .kind = GeneKind::log_real, .low = 1e-3, .high = 1},
                     {.name = "shift", .kind = GeneKind::integer, .low = 0, .high = 3},
                     {.name = "own", .kind = GeneKind::real, .low = 0, .high = 1}});
  check_training_genes(space, {});
  const auto plan = plan_of(space, {1, 0, 1, 0.03, 2, 0.5}, {.momentum = 0.8}, {.epochs = 7, .subset = 500});
  BOOST_TEST(plan.settings.optimiser == "adamw");
  BOOST_TEST(plan.settings.batch == 64);
  BOOST_TEST(plan.settings.flip);
  BOOST_TEST(plan.settings.learning_rate == 0.03);
  BOOST_TEST(plan.settings.shift == 2);
  BOOST_TEST(plan.settings.momentum == 0.8);
  BOOST_TEST(plan.epochs == 7);
  BOOST_TEST(plan.subset == 500);
  const auto other = plan_of(space, {1, 0, 1, 0.04, 2, 0.5}, {.momentum = 0.8}, {.epochs = 7, .subset = 500});
  BOOST_TEST((plan.digest() != other.digest()));
  BOOST_TEST((plan.digest() ==
              plan_of(space, {1, 0, 1, 0.03, 2, 0.9}, {.momentum = 0.8}, {.epochs = 7, .subset = 500}).digest()));
}

BOOST_AUTO_TEST_CASE(genes_that_cannot_be_settings_are_the_users_mistake) {
  for (const auto& gene :
       {choices("batch", {"64", "many"}), choices("batch", {"64", "66"}), choices("optimiser", {"sgd", "rmsprop"}),
        choices("flip", {"maybe"}), choices("learning_rate", {"0.1x"}), choices("learning_rate", {""}),
        Gene{.name = "batch", .kind = GeneKind::integer, .low = 32, .high = 64},
        Gene{.name = "optimiser", .kind = GeneKind::real}})
    BOOST_CHECK_THROW(check_training_genes(Space({gene}), {}), InputError);
  for (const int shards : {0, 3, 256}) BOOST_CHECK_THROW(plan_of(Space({}), {}, {.shards = shards}, {}), InputError);
}

BOOST_AUTO_TEST_CASE(learning_rate_warms_up_and_falls_to_zero) {
  const TrainingSettings settings{.learning_rate = 0.2, .warmup = 0.1};
  double largest = 0;
  for (int step = 0; step < 1000; ++step) {
    const double rate = learning_rate_at(settings, step, 1000);
    BOOST_TEST((rate > 0 && rate <= 0.2));
    if (step > 0 && step < 100) BOOST_TEST(rate > learning_rate_at(settings, step - 1, 1000));
    if (step > 100) BOOST_TEST(rate < learning_rate_at(settings, step - 1, 1000));
    largest = std::max(largest, rate);
  }
  BOOST_TEST(largest > 0.199);
  BOOST_TEST(learning_rate_at(settings, 550, 1000) == 0.1, boost::test_tools::tolerance(0.01));
  BOOST_TEST(learning_rate_at(settings, 999, 1000) < 1e-6);
  BOOST_TEST(learning_rate_at({.learning_rate = 0.2, .warmup = 0}, 0, 1000) == 0.2, boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(nesterov_clipping_and_decay_follow_their_formulas) {
  const Optimiser sgd({.momentum = 0.9, .weight_decay = 0.1, .clip = 0}, 1);
  auto state = sgd.fresh(2);
  std::vector<float> p{1, 1}, g{2, 2};
  sgd.step(state, p, g, 0.5, 0.1);   // gradients 1 + 0.1 and 1
  BOOST_TEST(p[0] == 1 - 0.1 * 1.1 * 1.9, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(p[1] == 1 - 0.1 * 1.0 * 1.9, boost::test_tools::tolerance(1e-6));

  const Optimiser clipped({.momentum = 0, .weight_decay = 0, .clip = 1}, 2);
  state = clipped.fresh(2);
  p = {0, 0}, g = {3, 4};
  clipped.step(state, p, g, 1, 1);
  BOOST_TEST(p[0] == -0.6f, boost::test_tools::tolerance(1e-6f));
  BOOST_TEST(p[1] == -0.8f, boost::test_tools::tolerance(1e-6f));

  const Optimiser adamw({.optimiser = "adamw", .weight_decay = 0.5}, 1);
  state = adamw.fresh(2);
  p = {1, 1}, g = {5, -0.01f};
  adamw.step(state, p, g, 1, 0.1);   // the first step has length 1 whatever the gradient
  BOOST_TEST(p[0] == 1 - 0.1 * (1 + 0.5), boost::test_tools::tolerance(1e-5));
  BOOST_TEST(p[1] == 1 + 0.1, boost::test_tools::tolerance(1e-5));
}
