// Languages told apart.
#include "detect.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace language_filter {
namespace {

struct Case {
  const char* language;
  const char* text;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"en",
       "The water of the canal runs through a gate that opens when the tide is low, and the "
       "keeper writes down how much has passed."},
      {"de",
       "Das Wasser des Kanals fließt durch ein Tor, das sich bei Ebbe öffnet, und der Wärter "
       "schreibt auf, wie viel hindurchgegangen ist."},
      {"fr",
       "L'eau du canal passe par une porte qui s'ouvre à marée basse, et le gardien note "
       "combien en est passé pendant la journée."},
      {"es",
       "El agua del canal pasa por una puerta que se abre cuando baja la marea, y el guardián "
       "anota cuánta ha pasado durante el día."},
      {"ru",
       "Вода канала проходит через ворота, которые открываются во время отлива, и сторож "
       "записывает, сколько её прошло за день."},
      {"ja",
       "運河の水は引き潮のときに開く門を通って流れ、番人はその日にどれだけの水が通ったかを書き留め"
       "ます。"},
      {"zh",
       "运河的水通过一道闸门流出，闸门在退潮时打开，看守人记下每天流过的水量，并且告诉城里的人们"
       "。"}};
  return kCases;
}

TEST(Detection, TellsLanguagesApart) {
  for (const Case& one : cases()) EXPECT_EQ(detected_language(one.text), one.language) << one.text;
}

TEST(Detection, SaysNothingOfWhatHasNoLanguage) {
  for (const std::string& text :
       {std::string(), std::string("ok"), std::string("12345 67890 -- 11:45 (3) [7] 2024 %%"),
        std::string(1000, '\xff'), std::string(1000, '\0')}) {
    EXPECT_EQ(detected_language(text), "") << text.size();
  }
}

TEST(Detection, GoesUpToBytesThatAreNoText) {
  const std::string text = std::string(cases()[0].text) + "\xff\xfe\xc3" + cases()[0].text;
  EXPECT_EQ(detected_language(text), "en");
}

TEST(Detection, IsTheSameOnEveryThread) {
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) found[t] = detected_language(cases()[t % cases().size()].text);
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t t = 0; t < found.size(); ++t) {
    EXPECT_EQ(found[t], cases()[t % cases().size()].language);
  }
}

}  // namespace
}  // namespace language_filter
