// A third party's transform: rejects a record without words. Uses templates of the standard
// library, whose symbols the version script must keep in.
#include <sluice/plugin.hpp>

#include <regex>
#include <string>

namespace {

class WordCheck final : public sluice::Component, public sluice::RecordTransform {
 public:
  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    const std::string text(batch[i].text());
    if (std::regex_search(text, word_)) return {};
    return {SLUICE_E_REJECT, "the page has no words"};
  }

 private:
  const std::regex word_{"[[:alpha:]]+"};
};

constexpr sluice_descriptor kWordCheck =
    sluice::component<WordCheck>({.id = "org.example.word-check",
                                  .version = "1.0.0",
                                  .summary = "Rejects records without words."});

}  // namespace

SLUICE_PLUGIN("org.example.word-check", &kWordCheck)
