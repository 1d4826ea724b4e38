// crawl, seen, chunk, then vectors and words side by side.
#include "support/pipeline_file.hpp"

namespace sluice::testing {

std::string PipelineFile::text() const {
  const std::string moody_line = moody.empty() ? ""
                                               : "  moody:   {plugin: moody-sink, config: {" +
                                                     moody + "}" + moody_stage + "}\n";
  return "version: 1\n"
         "name: tested\n"
         "data: " +
         data +
         "\n"
         "http: {listen: \"" +
         listen + "\"" + http +
         "}\n"
         "plugins: {path: [" +
         (plugins.empty() ? "" : plugins + ", ") +
         SLUICE_PLUGIN_FOLDER ", " SLUICE_TEST_PLUGIN_FOLDER "]}\n" + top +
         "stages:\n"
         "  crawl:   {plugin: firecrawl-source, config: {webhook_secret: " +
         secret + source_config +
         "}}\n"
         "  seen:    {plugin: local-dedupe}\n"
         "  chunk:   {plugin: chunker, config: {" +
         chunk_config +
         "}}\n"
         "  embed:   {plugin: hash-embedder}\n"
         "  vectors: {plugin: local-vectors}\n"
         "  words:   {plugin: bm25-sink}\n" +
         (filter.empty() ? ""
                         : "  filter:  {plugin: language-filter, config: {" + filter + "}}\n") +
         moody_line + "flow: [crawl, seen, " + (filter.empty() ? "" : "filter, ") +
         "chunk, [[embed, vectors], [words]" + (moody.empty() ? "" : ", [moody]") + "]]\n";
}

}  // namespace sluice::testing
