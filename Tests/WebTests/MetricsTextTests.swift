import Testing
import Web

@Suite struct MetricsTextTests {
    @Test func sortsByNameAndLabels() {
        let families = [
            MetricFamily("tocsin_b", .gauge, help: "Second.", samples: [.init(1.5)]),
            MetricFamily(
                "tocsin_a_total", .counter, help: "First.",
                samples: [
                    .init(2, labels: [.init("z", "1"), .init("a", "2")]), .init(3, labels: [.init("a", "1")]), .init(4),
                ]),
        ]
        let expected = """
            # HELP tocsin_a_total First.
            # TYPE tocsin_a_total counter
            tocsin_a_total 4
            tocsin_a_total{a="1"} 3
            tocsin_a_total{a="2",z="1"} 2
            # HELP tocsin_b Second.
            # TYPE tocsin_b gauge
            tocsin_b 1.5

            """
        #expect(MetricsText.render(families) == expected)
        #expect(MetricsText.render(families.reversed()) == expected)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let family: MetricFamily
        let line: String
    }

    static func gauge(_ name: String, _ value: Double = 1, help: String = "h", _ labels: MetricFamily.Label...)
        -> MetricFamily
    {
        MetricFamily(name, .gauge, help: help, samples: [.init(value, labels: labels)])
    }

    @Test(arguments: [
        Row(testDescription: "a dot in a name", family: gauge("http.route"), line: "http_route 1"),
        Row(testDescription: "a digit at the start", family: gauge("5xx"), line: "_xx 1"),
        Row(testDescription: "a digit later", family: gauge("x5"), line: "x5 1"),
        Row(testDescription: "a colon in a name", family: gauge("a:b"), line: "a:b 1"),
        Row(testDescription: "a colon in a label", family: gauge("a", 1, .init("b:c", "d")), line: "a{b_c=\"d\"} 1"),
        Row(testDescription: "no name", family: gauge(""), line: "_ 1"),
        Row(testDescription: "another alphabet", family: gauge("größe"), line: "gr__e 1"),
        Row(
            testDescription: "quotes, backslashes and line ends in a label",
            family: gauge("a", 1, .init("b", "\"\\\n")), line: #"a{b="\"\\\n"} 1"#),
        Row(
            testDescription: "a line end in the help", family: gauge("a", help: "b\n\\\"c"),
            line: #"# HELP a b\n\\"c"#),
        Row(testDescription: "not a number", family: gauge("a", .nan), line: "a NaN"),
        Row(testDescription: "without end", family: gauge("a", .infinity), line: "a +Inf"),
        Row(testDescription: "without beginning", family: gauge("a", -.infinity), line: "a -Inf"),
        Row(testDescription: "a large whole number", family: gauge("a", 1_769_904_000), line: "a 1769904000"),
        Row(testDescription: "a small fraction", family: gauge("a", 0.000_001), line: "a 1e-06"),
        Row(testDescription: "below zero", family: gauge("a", -0.5), line: "a -0.5"),
    ])
    func keepsToTheFormat(_ row: Row) {
        let lines = MetricsText.render([row.family]).split(separator: "\n").map(String.init)
        #expect(lines.contains(row.line), "\(lines)")
    }

    @Test func aNameAppearsOnceAndANameWithoutNumbersNot() {
        let text = MetricsText.render([
            Self.gauge("a", 1, .init("b", "1")), Self.gauge("a", 2, .init("b", "2")),
            MetricFamily("none", .counter, help: "h", samples: []),
        ])
        #expect(text == "# HELP a h\n# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 2\n")
        #expect(MetricsText.render([]) == "")
    }
}
