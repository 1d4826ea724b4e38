// The transform of the compatibility matrix in C++: writes the name of its cell behind each text,
// and on the record.
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <string>

#ifdef __GXX_RTTI
constexpr bool kHasRtti = true;
#else
constexpr bool kHasRtti = false;
#endif

namespace {

constexpr auto kSettings =
    sluice::object(sluice::text("suffix").otherwise("").describe("Put behind the text."));

class Shout final : public sluice::Component, public sluice::RecordTransform {
 public:
  static constexpr bool kReentrant = true;

  sluice::Status configure(sluice::Config config) override {
    suffix_ = config.text("/suffix");
    return {};
  }
  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    sluice::Record record = batch[i];
    if (record.op() != SLUICE_UPSERT) return {};
    try {
      if (record.text().empty()) throw std::string("an exception stays inside of the plugin");
    } catch (const std::string&) {
      batch.drop(i);
      return {};
    }
    record.set_meta(SLUICE_TEST_CELL, sluice::bool_value(kHasRtti));
    return {};
  }

 private:
  std::string suffix_;
};

constexpr sluice_descriptor kShout =
    sluice::component<Shout>({.id = "org.example." SLUICE_TEST_CELL,
                              .version = "1.0.0",
                              .summary = "A cell of the matrix",
                              .config_schema = kSettings.c_str(),
                              .license = "MIT"});

}  // namespace

SLUICE_PLUGIN("org.example." SLUICE_TEST_CELL, &kShout)
