// The language-filter component: pages in, those of the wanted languages out.
#include "detect.hpp"
#include "language.hpp"
#include "prose.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <set>
#include <string>

namespace language_filter {
namespace {

// Enough to tell a language by; reading all of a long page tells no more.
constexpr std::size_t kMostProse = std::size_t{16} << 10U;

constexpr auto kSchema = sluice::object(
    sluice::Field("allowed", R"("array")")
        .with("examples", R"([["en","de"]])")
        .with("items", R"({"type":"string"})")
        .with("minItems", "1")
        .required()
        .describe("Languages that pass, as codes: [en, de]."),
    sluice::choice("mode", R"(["lenient","strict"])")
        .otherwise("lenient")
        .describe(
            "What becomes of a page whose language cannot be told: it passes, or it does not."));

sluice_value text_value(std::string_view text) {
  sluice_value value{};
  value.kind = SLUICE_TEXT;
  value.as.str = sluice::to_c(text);
  return value;
}

class LanguageFilter final : public sluice::Component, public sluice::RecordTransform {
 public:
  static constexpr bool kReentrant = true;
  static constexpr bool kIdempotent = true;

  sluice::Status configure(sluice::Config config) override {
    is_strict_ = config.text("/mode") == "strict";
    const uint32_t count = config.count("/allowed");
    for (uint32_t i = 0; i < count; ++i) {
      const std::string pointer = "/allowed/" + std::to_string(i);
      std::string language = language_of(config.text(pointer.c_str()));
      if (language.empty()) {
        return sluice::Status::config(
            pointer, "not the code of a language; write it as in \"en\", \"pt-BR\" or \"zh\"");
      }
      allowed_.insert(std::move(language));
    }
    return {};
  }

  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    sluice::Record page = batch[i];
    if (page.op() != SLUICE_UPSERT) return {};
    std::string language = language_of(page.meta_text("language"));
    if (language.empty()) {
      language = detected_language(prose_of(page.text(), kMostProse));
      if (!language.empty()) page.set_meta("language", text_value(language));
    }
    const bool passes = language.empty() ? !is_strict_ : allowed_.contains(language);
    if (!passes) batch.drop(i, "language_" + (language.empty() ? "unknown" : language));
    return {};
  }

 private:
  std::set<std::string, std::less<>> allowed_;
  bool is_strict_ = false;
};

constexpr sluice_descriptor kLanguageFilter =
    sluice::component<LanguageFilter>({.id = "sluice.language-filter",
                                       .version = "0.1.0",
                                       .summary = "Lets pages of some languages through",
                                       .config_schema = kSchema.c_str(),
                                       .vendor = "Sluice",
                                       .license = "MIT"});

}  // namespace
}  // namespace language_filter

SLUICE_PLUGIN("sluice.language-filter", &language_filter::kLanguageFilter)
