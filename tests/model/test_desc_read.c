// SPDX-License-Identifier: ISC
// Descriptions as JSON: what is taken, what is refused and in which words, and
// the one canonical spelling.
#include "model_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 8192 };

static PondStatus read_text(const char* text, PondDesc** desc,
                            PondError* error) {
  return pond_desc_from_json(text, strlen(text), desc, error);
}

// A description of an input "in" of two channels and the given nodes.
static void wrap_nodes(char* text, const char* nodes, const char* output) {
  (void)snprintf(text, TEXT,
                 "{\"format\":\"echopond-model\",\"version\":1,\"nodes\":"
                 "[{\"name\":\"in\",\"kind\":\"input\",\"size\":2}%s%s],"
                 "\"output\":\"%s\"}",
                 *nodes ? "," : "", nodes, output);
}

typedef struct {
  const char* nodes;
  const char* output;
} Good;

static const Good GOOD[] = {
    {"", "in"},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':'in'}", "r"},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':'in','driving':'in',"
     "'activation':'relu','leak_rate':0.25,'spectral_radius':null,"
     "'topology':{'name':'erdos_renyi','p':0.3},'bias':false,"
     "'feedback_initializer':'zeros','input_initializer':'random_binary',"
     "'feedback_scaling':-2,'input_scaling':0.5,'bias_scaling':0}",
     "r"},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':'in',"
     "'feedback_size':2,'input_size':0}",
     "r"},
    // deep
    {"{'name':'a','kind':'reservoir','size':3,'feedback':'in'},"
     "{'name':'b','kind':'reservoir','size':4,'feedback':'a'},"
     "{'name':'y','kind':'readout','input':'b','size':2,'in_features':4}",
     "y"},
    // parallel and branching, two readouts, the first one feeding a reservoir
    {"{'name':'a','kind':'reservoir','size':3,'feedback':'in'},"
     "{'name':'b','kind':'reservoir','size':4,'feedback':'in'},"
     "{'name':'c','kind':'concat','inputs':['in','a','b','a'],'size':12},"
     "{'name':'p','kind':'power','input':'c','exponent':3,'parity':'odd'},"
     "{'name':'y1','kind':'readout','input':'p','size':2,'bias':false},"
     "{'name':'d','kind':'reservoir','size':5,'feedback':'y1','driving':'a'},"
     "{'name':'y2','kind':'readout','input':'d','size':1}",
     "y2"},
    // two inputs, one of them late
    {"{'name':'a','kind':'reservoir','size':3,'feedback':'in'},"
     "{'name':'in-2','kind':'input','size':5},"
     "{'name':'c','kind':'concat','inputs':['a','in-2']}",
     "c"},
    {"{'name':'p','kind':'power','input':'in'}", "p"},
    {"{'name':'p','kind':'power','input':'in','exponent':8,'parity':'all'}",
     "in"},
};

static void quotes(char* text) {
  for (char* c = text; *c; ++c) {
    *c = *c == '\'' ? '"' : *c;
  }
}

static void valid_graphs_are_taken_and_written_the_same_way_again(
    void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); ++i) {
    char text[TEXT];
    PondError error = {.status = POND_OK};
    PondDesc* desc = NULL;
    PondDesc* again = NULL;
    char* once = NULL;
    char* twice = NULL;
    wrap_nodes(text, GOOD[i].nodes, GOOD[i].output);
    quotes(text);
    fixture_ok(read_text(text, &desc, &error), &error);
    fixture_ok(pond_desc_to_json(desc, &once, &error), &error);
    fixture_ok(read_text(once, &again, &error), &error);
    fixture_ok(pond_desc_to_json(again, &twice, &error), &error);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
    pond_desc_free(desc);
    pond_desc_free(again);
  }
}

#define R "{'name':'r','kind':'reservoir','size':3,'feedback':'in'"

typedef struct {
  const char* nodes;
  const char* output;
  const char* says[4];
} Bad;

static const Bad BAD[] = {
    {"{'kind':'input','size':1}", "in", {"nodes[1]", "name is missing"}},
    {"{'name':7,'kind':'input','size':1}", "in", {"nodes[1]", "name is 7"}},
    {"{'name':'','kind':'input','size':1}", "in", {"name is \"\"", "letters"}},
    {"{'name':'a.b','kind':'input','size':1}", "in", {"name is \"a.b\""}},
    {"{'name':'in','kind':'input','size':1}",
     "in",
     {"name is \"in\"", "other"}},
    {"{'name':"
     "'0123456789012345678901234567890123456789012345678901234567890123',"
     "'kind':'input','size':1}",
     "in",
     {"name is", "1 to 63"}},
    {"{'name':'x','size':1}", "in", {"kind is missing", "reservoir"}},
    {"{'name':'x','kind':'lstm'}", "in", {"kind is \"lstm\"", "concat, power"}},
    {"{'name':'x','kind':null}", "in", {"kind is null"}},
    {"7", "in", {"nodes[1]", "object"}},
    {"{'name':'x','kind':'input'}", "in", {"\"x\"", "size is missing"}},
    {"{'name':'x','kind':'input','size':0}", "in", {"size is 0", "1 to 1024"}},
    {"{'name':'x','kind':'input','size':1025}", "in", {"size is 1025"}},
    {"{'name':'x','kind':'input','size':1023}", "in", {"1025 channels"}},
    {"{'name':'x','kind':'input','size':1.5}",
     "in",
     {"size is 1.5", "integer"}},
    {"{'name':'x','kind':'input','size':'1'}", "in", {"size is \"1\""}},
    {"{'name':'x','kind':'input','size':1,'bias':true}",
     "in",
     {"\"x\"", "unknown key \"bias\"", "allowed: name, kind, size"}},
    {R ",'Size':3}", "r", {"unknown key \"Size\"", "spectral_radius"}},
    {"{'name':'r','kind':'reservoir','size':0,'feedback':'in'}",
     "r",
     {"nodes[1] \"r\"", "size is 0", "1 to 1048576"}},
    {"{'name':'r','kind':'reservoir','size':-1,'feedback':'in'}",
     "r",
     {"size is -1"}},
    {"{'name':'r','kind':'reservoir','size':1048577,'feedback':'in'}",
     "r",
     {"size is 1048577"}},
    {"{'name':'r','kind':'reservoir','size':9223372036854775807,"
     "'feedback':'in'}",
     "r",
     {"size is 9223372036854775807"}},
    {"{'name':'r','kind':'reservoir','feedback':'in'}",
     "r",
     {"size is missing"}},
    {"{'name':'r','kind':'reservoir','size':3}", "r", {"feedback is missing"}},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':'out'}",
     "r",
     {"feedback is \"out\"", "before this one: in"}},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':'r'}",
     "r",
     {"feedback is \"r\"", "before this one"}},
    {"{'name':'r','kind':'reservoir','size':3,'feedback':null}",
     "r",
     {"feedback is null"}},
    {R ",'driving':'x'}", "r", {"driving is \"x\""}},
    {R ",'driving':1}", "r", {"driving is 1"}},
    {R ",'feedback_size':3}", "r", {"feedback_size is 3", "have 2"}},
    {R ",'feedback_size':'2'}", "r", {"feedback_size is \"2\""}},
    {R ",'driving':'in','input_size':1}", "r", {"input_size is 1", "have 2"}},
    {R ",'input_size':4}", "r", {"input_size is 4", "have 0"}},
    {R ",'activation':'swish'}",
     "r",
     {"activation is \"swish\"", "tanh, relu, sigmoid, identity"}},
    {R ",'activation':null}", "r", {"activation is null"}},
    {R ",'leak_rate':0}", "r", {"leak_rate is 0", "1e-06 to 1"}},
    {R ",'leak_rate':1.5}", "r", {"leak_rate is 1.5"}},
    {R ",'leak_rate':-0.1}", "r", {"leak_rate is -0.1"}},
    {R ",'leak_rate':true}", "r", {"leak_rate is true"}},
    {R ",'spectral_radius':-1}", "r", {"spectral_radius is -1", "or none"}},
    {R ",'spectral_radius':1001}", "r", {"spectral_radius is 1001"}},
    {R ",'spectral_radius':'0.9'}", "r", {"spectral_radius is \"0.9\""}},
    {R ",'topology':'small_world'}",
     "r",
     {"topology is \"small_world\"", "random, erdos_renyi, ring"}},
    {R ",'topology':5}", "r", {"topology is 5"}},
    {R ",'topology':{}}", "r", {"topology is an object", "erdos_renyi"}},
    {R ",'topology':['ring']}", "r", {"topology is a list"}},
    {R ",'topology':{'name':'erdos_renyi','q':1}}",
     "r",
     {"topology \"erdos_renyi\"", "unknown key \"q\"", "p, directed"}},
    {R ",'topology':{'name':'erdos_renyi','p':1.5}}",
     "r",
     {"topology:erdos_renyi.p is 1.5", "from 0 to 1"}},
    {R ",'topology':{'name':'erdos_renyi','p':'x'}}",
     "r",
     {"topology:erdos_renyi.p is \"x\""}},
    {R ",'topology':{'name':'erdos_renyi','directed':1}}",
     "r",
     {"topology:erdos_renyi.directed is 1", "true or false"}},
    {R ",'topology':{'name':'random','density':-1}}",
     "r",
     {"topology:random.density is -1"}},
    {R ",'topology':{'name':'ring','weight':1e7}}",
     "r",
     {"topology:ring.weight is 10000000"}},
    {R ",'feedback_initializer':'ring'}",
     "r",
     {"feedback_initializer is \"ring\"", "random_binary, zeros"}},
    {R ",'input_initializer':false}", "r", {"input_initializer is false"}},
    {R ",'input_initializer':{'name':'random','input_scaling':null}}",
     "r",
     {"input_initializer:random.input_scaling is null"}},
    {R ",'feedback_scaling':'big'}", "r", {"feedback_scaling is \"big\""}},
    {R ",'input_scaling':2e6}", "r", {"input_scaling is 2000000"}},
    {R ",'bias':1}", "r", {"bias is 1", "true or false"}},
    {R ",'bias_scaling':[]}", "r", {"bias_scaling is a list"}},
    {"{'name':'c','kind':'concat'}", "c", {"inputs is missing"}},
    {"{'name':'c','kind':'concat','inputs':[]}", "c", {"inputs", "1 to 16"}},
    {"{'name':'c','kind':'concat','inputs':'in'}", "c", {"inputs is \"in\""}},
    {"{'name':'c','kind':'concat','inputs':['in','x']}",
     "c",
     {"inputs is \"x\""}},
    {"{'name':'c','kind':'concat','inputs':['in','in','in','in','in','in',"
     "'in','in','in','in','in','in','in','in','in','in','in']}",
     "c",
     {"inputs is a list", "1 to 16"}},
    {"{'name':'c','kind':'concat','inputs':['in','in'],'size':5}",
     "c",
     {"size is 5", "have 4"}},
    {"{'name':'c','kind':'concat','inputs':['in'],'input':'in'}",
     "c",
     {"unknown key \"input\""}},
    {"{'name':'p','kind':'power'}", "p", {"input is missing"}},
    {"{'name':'p','kind':'power','input':['in']}", "p", {"input is a list"}},
    {"{'name':'p','kind':'power','input':'in','exponent':0}",
     "p",
     {"exponent is 0", "1 to 8"}},
    {"{'name':'p','kind':'power','input':'in','exponent':9}",
     "p",
     {"exponent is 9"}},
    {"{'name':'p','kind':'power','input':'in','exponent':2.0}",
     "p",
     {"exponent is 2.0", "integer"}},
    {"{'name':'p','kind':'power','input':'in','parity':0}",
     "p",
     {"parity is 0", "even, odd, all"}},
    {"{'name':'p','kind':'power','input':'in','size':3}", "p", {"size is 3"}},
    {"{'name':'y','kind':'readout','input':'in'}", "y", {"size is missing"}},
    {"{'name':'y','kind':'readout','size':1}", "y", {"input is missing"}},
    {"{'name':'y','kind':'readout','input':'in','size':1025}",
     "y",
     {"size is 1025"}},
    {"{'name':'y','kind':'readout','input':'in','size':1,'bias':'yes'}",
     "y",
     {"bias is \"yes\""}},
    {"{'name':'y','kind':'readout','input':'in','size':1,'in_features':3}",
     "y",
     {"in_features is 3", "have 2"}},
    {"{'name':'y','kind':'readout','input':'in','size':1,'alpha':1}",
     "y",
     {"unknown key \"alpha\"", "in_features"}},
    {"{'name':'r','kind':'reservoir','size':2000,'feedback':'in'}",
     "r",
     {"output", "2000", "1024"}},
    {"", "out", {"output is \"out\"", "in"}},
    {"", "", {"output is \"\""}},
    {"{'name':'r','kind':'reservoir','size':1048576,'feedback':'in'},"
     "{'name':'c','kind':'concat','inputs':['r','r']}",
     "in",
     {"nodes[2] \"c\"", "2097152", "1048576"}},
};

static void invalid_nodes_are_refused_by_key_value_and_rule(void** state) {
  (void)state;
  size_t n_checked = 0;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); ++i) {
    char text[TEXT];
    PondError error = {.status = POND_OK};
    PondDesc* desc = NULL;
    wrap_nodes(text, BAD[i].nodes, BAD[i].output);
    quotes(text);
    const PondStatus status = read_text(text, &desc, &error);
    if (status == POND_OK) {
      fail_msg("taken: %s", text);
    }
    assert_int_equal(status, error.status);
    assert_null(desc);
    for (size_t k = 0; k < 4 && BAD[i].says[k]; ++k) {
      fixture_says(error.text, BAD[i].says[k]);
      n_checked += 1;
    }
  }
  assert_in_range(n_checked, 110, 1000);
}

typedef struct {
  const char* text;
  PondStatus status;
  const char* says;
} BadText;

#define NODES "'nodes':[{'name':'in','kind':'input','size':2}]"
#define HEAD "'format':'echopond-model','version':1"

static const BadText BAD_TEXTS[] = {
    {"", POND_STATUS_BAD_FORMAT, "line"},
    {"{", POND_STATUS_BAD_FORMAT, "line 1"},
    {"[]", POND_STATUS_BAD_FORMAT, "object"},
    {"null", POND_STATUS_BAD_FORMAT, "not JSON"},
    {"{" HEAD "," NODES ",'output':'in'} x", POND_STATUS_BAD_FORMAT, "column"},
    {"{" HEAD "," NODES ",'output':'in','output':'in'}", POND_STATUS_BAD_FORMAT,
     "duplicate"},
    {"{" HEAD ",'nodes':[{'name':'in','kind':'input','size':2,'size':3}],"
     "'output':'in'}",
     POND_STATUS_BAD_FORMAT, "duplicate"},
    {"{" HEAD "," NODES ",'output':'in','outputs':1}", POND_STATUS_BAD_ARG,
     "unknown key \"outputs\"; allowed: format, version, kind, nodes, output"},
    {"{'version':1," NODES ",'output':'in'}", POND_STATUS_BAD_ARG,
     "format is missing"},
    {"{'format':'x','version':1," NODES ",'output':'in'}", POND_STATUS_BAD_ARG,
     "format is \"x\""},
    {"{'format':'echopond-model'," NODES ",'output':'in'}", POND_STATUS_BAD_ARG,
     "version is missing"},
    {"{'format':'echopond-model','version':2," NODES ",'output':'in'}",
     POND_STATUS_BAD_ARG, "version is 2"},
    {"{'format':'echopond-model','version':1.0," NODES ",'output':'in'}",
     POND_STATUS_BAD_ARG, "version is 1.0"},
    {"{" HEAD "," NODES "}", POND_STATUS_BAD_ARG, "output is missing"},
    {"{" HEAD "," NODES ",'output':0}", POND_STATUS_BAD_ARG, "output is 0"},
    {"{" HEAD ",'output':'in'}", POND_STATUS_BAD_ARG, "nodes is missing"},
    {"{" HEAD ",'nodes':[],'output':'in'}", POND_STATUS_BAD_ARG, "1 to 64"},
    {"{" HEAD ",'nodes':{},'output':'in'}", POND_STATUS_BAD_ARG,
     "nodes is an object"},
    {"{" HEAD ",'kind':'esn'," NODES ",'output':'in'}", POND_STATUS_BAD_ARG,
     "kind is \"esn\"; it must be one of graph, classic"},
    {"{" HEAD ",'kind':'classic'," NODES ",'output':'in'}", POND_STATUS_BAD_ARG,
     "kind: \"classic\" is input nodes, reservoir, concat, readout"},
    {"{" HEAD ",'kind':'linear','nodes':[{'name':'in','kind':'input','size':2},"
     "{'name':'r','kind':'reservoir','feedback':'in','size':4}],'output':'r'}",
     POND_STATUS_BAD_ARG, "activation must be identity"},
    {"{" HEAD ",'nodes':[{'name':'r','kind':'reservoir','feedback':'in',"
     "'size':4}],'output':'r'}",
     POND_STATUS_BAD_ARG, "there is none yet"},
};

static void invalid_texts_are_refused_by_place(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(BAD_TEXTS) / sizeof(BAD_TEXTS[0]); ++i) {
    char text[TEXT];
    PondError error = {.status = POND_OK};
    PondDesc* desc = NULL;
    (void)snprintf(text, sizeof(text), "%s", BAD_TEXTS[i].text);
    quotes(text);
    const PondStatus status = read_text(text, &desc, &error);
    fixture_says(error.text, BAD_TEXTS[i].says);
    assert_int_equal(status, BAD_TEXTS[i].status);
    assert_null(desc);
  }
}

static void a_text_over_one_megabyte_is_refused_unread(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  PondDesc* desc = NULL;
  assert_int_equal(
      pond_desc_from_json("", ((size_t)1 << 20) + 1, &desc, &error),
      POND_STATUS_LIMIT);
  fixture_says(error.text, "1048577");
  fixture_says(error.text, "1048576");
}

static void sixty_five_nodes_are_refused(void** state) {
  (void)state;
  char nodes[TEXT] = "";
  char text[TEXT];
  PondError error = {.status = POND_OK};
  PondDesc* desc = NULL;
  for (int i = 0; i < 64; ++i) {
    const size_t used = strlen(nodes);
    (void)snprintf(nodes + used, sizeof(nodes) - used,
                   "%s{'name':'n%d','kind':'input','size':1}", i ? "," : "", i);
  }
  wrap_nodes(text, nodes, "in");
  quotes(text);
  assert_int_equal(read_text(text, &desc, &error), POND_STATUS_BAD_ARG);
  fixture_says(error.text, "1 to 64");
}

static void numbers_keep_their_bits_in_the_shortest_spelling(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  char* text = NULL;
  PondDesc* desc = fixture_desc("classic", "leak_rate=0.1");
  fixture_ok(pond_desc_to_json(desc, &text, &error), &error);
  fixture_says(text, "\"leak_rate\":0.1,");
  fixture_says(text, "\"spectral_radius\":0.9,");
  free(text);
  fixture_ok(pond_desc_set(desc, "leak_rate", "0.30000000000000004", &error),
             &error);
  fixture_ok(pond_desc_to_json(desc, &text, &error), &error);
  fixture_says(text, "\"leak_rate\":0.30000000000000004,");
  free(text);
  pond_desc_free(desc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(valid_graphs_are_taken_and_written_the_same_way_again),
      cmocka_unit_test(invalid_nodes_are_refused_by_key_value_and_rule),
      cmocka_unit_test(invalid_texts_are_refused_by_place),
      cmocka_unit_test(a_text_over_one_megabyte_is_refused_unread),
      cmocka_unit_test(sixty_five_nodes_are_refused),
      cmocka_unit_test(numbers_keep_their_bits_in_the_shortest_spelling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
