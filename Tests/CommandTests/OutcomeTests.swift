import Testing

@testable import tocsin

@Suite struct OutcomeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let outcomes: [Outcome]
        let code: Int32
    }

    @Test(arguments: [
        Row(testDescription: "nothing", outcomes: [], code: 0),
        Row(testDescription: "findings", outcomes: [.clean, .findings], code: 1),
        Row(testDescription: "incomplete before findings", outcomes: [.findings, .incomplete], code: 3),
        Row(testDescription: "remote before incomplete", outcomes: [.incomplete, .remote, .findings], code: 4),
        Row(testDescription: "usage before all", outcomes: [.remote, .usage, .incomplete, .findings], code: 2),
    ])
    func theFirstOfTwoFourThreeOneCounts(_ row: Row) {
        #expect(Outcome.worst(row.outcomes).rawValue == row.code)
    }
}
