// A host of nacre's modules in C++ on wabt's interpreter: what docs/abi.md says, and nothing else.
//
//   host MODEL INPUT SEED INPUT_ENTRY OUTPUT_ENTRY OUTPUT_RANK DIM...
//
// INPUT is a file of float32 values, DIM... its sizes. The entries are the ports' `table` in the manifest. Prints the
// sizes of the output, then the bits of its values in hexadecimal.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "wabt/binary-reader.h"
#include "wabt/interp/binary-reader-interp.h"
#include "wabt/interp/interp.h"

using namespace wabt;
using namespace wabt::interp;

static void require(bool condition, const std::string& what) {
  if (condition) return;
  fprintf(stderr, "host: %s\n", what.c_str());
  exit(1);
}

static std::vector<char> read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Model {
  Store store;
  Instance::Ptr instance;
  Memory::Ptr memory;
  std::vector<ExportType> exports;
  uint32_t table;

  explicit Model(const std::vector<char>& binary) {
    Errors errors;
    ModuleDesc description;
    ReadBinaryOptions options;
    options.features.enable_simd();
    ReadBinaryInterp("model", binary.data(), binary.size(), options, &errors, &description);
    require(errors.empty(), errors.empty() ? "" : errors[0].message);
    auto module = Module::New(store, description);
    exports = module->export_types();
    Trap::Ptr trap;
    instance = Instance::Instantiate(store, module.ref(), {}, &trap);
    require(!trap, trap ? trap->message() : "");
    memory = store.UnsafeGet<Memory>(find("memory"));
    require(call("abiVersion") == 1, "the module has another ABI version");
    table = call("table");
  }

  Ref find(const std::string& name) {
    for (size_t i = 0; i < exports.size(); i++)
      if (exports[i].name == name) return instance->exports()[i];
    require(false, "the module does not export " + name);
    return {};
  }

  int32_t call(const std::string& name, const Values& arguments = {}) {
    Values results;
    Trap::Ptr trap;
    store.UnsafeGet<Func>(find(name))->Call(store, arguments, results, &trap);
    require(!trap, name + " trapped: " + (trap ? trap->message() : ""));
    return results[0].Get<s32>();
  }

  void run(const std::string& name, const Values& arguments = {}) {
    int32_t status = call(name, arguments);
    require(status == 0, name + " returned " + std::to_string(status) + " about " + std::to_string(call("failed")));
  }

  uint8_t* at(uint32_t address) { return memory->UnsafeData() + address; }
  uint32_t& word(uint32_t offset) { return *reinterpret_cast<uint32_t*>(at(table + offset)); }
};

int main(int count, char** arguments) {
  require(count > 7, "takes MODEL INPUT SEED INPUT_ENTRY OUTPUT_ENTRY OUTPUT_RANK DIM...");
  Model model(read_file(arguments[1]));
  std::vector<char> values = read_file(arguments[2]);
  uint64_t seed = strtoull(arguments[3], nullptr, 10);
  uint32_t input = atoi(arguments[4]), output = atoi(arguments[5]), rank = atoi(arguments[6]);
  for (int i = 7; i < count; i++) model.word(input + 4 * (i - 6)) = atoi(arguments[i]);
  model.run("infer");
  memcpy(model.at(model.word(input)), values.data(), values.size());
  model.run("initialize", {Value::Make(u32(seed)), Value::Make(u32(seed >> 32)), Value::Make(u32(0))});
  model.run("forward");
  uint32_t elements = 1, address = model.word(output);
  for (uint32_t axis = 1; axis <= rank; axis++) {
    uint32_t size = model.word(output + 4 * axis);
    elements *= size;
    printf(axis == rank ? "%u\n" : "%u ", size);
  }
  for (uint32_t i = 0; i < elements; i++) {
    printf(i + 1 == elements ? "%08x\n" : "%08x ", *reinterpret_cast<uint32_t*>(model.at(address + 4 * i)));
  }
}
