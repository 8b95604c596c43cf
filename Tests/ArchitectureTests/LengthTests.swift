import Testing

/// Files, functions and lines are short enough to be read at once.
@Suite struct LengthTests {
    static let fileLimit = 300
    static let functionLimit = 70
    static let lineLimit = 120

    static func all() throws -> [SwiftFile] { try Project.sources.get() + Project.tests.get() }

    @Test func filesHaveAtMost300Lines() throws {
        for file in try Self.all() {
            #expect(file.lineCount <= Self.fileLimit, "\(file.path) has \(file.lineCount) lines; split it by subject")
        }
    }

    @Test func functionsHaveAtMost70Lines() throws {
        for file in try Self.all() {
            for function in file.functions where function.length > Self.functionLimit {
                Issue.record(
                    "\(file.path):\(function.line): `\(function.name)` has \(function.length) lines; name its steps")
            }
        }
    }

    @Test func linesHaveAtMost120Characters() throws {
        for file in try Self.all() {
            for (number, line) in file.lines.enumerated() where line.utf8.count > Self.lineLimit {
                #expect(line.count <= Self.lineLimit, "\(file.path):\(number + 1): \(line.count) characters")
            }
        }
    }
}

/// The scanner behind these tests, on Swift made for it.
@Suite struct SwiftScannerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let tokens: [String]
    }

    @Test(arguments: [
        Row(testDescription: "a comment", code: "a // b\nc", tokens: ["a", "c"]),
        Row(testDescription: "a comment in a comment", code: "a /* b /* c */ d */ e", tokens: ["a", "e"]),
        Row(testDescription: "text", code: #"a "try! \" // x" b"#, tokens: ["a", "b"]),
        Row(testDescription: "an interpolation", code: #""x \(a("b \(c)")) y" d"#, tokens: ["a", "(", "c", ")", "d"]),
        Row(testDescription: "raw text", code: ##"a #"b " \(c) \#(d) e"# f"##, tokens: ["a", "d", "f"]),
        Row(testDescription: "long text", code: "a \"\"\"\n b \" c\n \"\"\" d", tokens: ["a", "d"]),
        Row(testDescription: "a macro", code: "#expect(a)", tokens: ["#", "expect", "(", "a", ")"]),
    ])
    func passesOverCommentsAndText(_ row: Row) {
        #expect(SwiftFile(path: "Sources/A/a.swift", bytes: Array(row.code.utf8)).tokens.map(\.text) == row.tokens)
    }

    @Test func countsLinesWithinText() {
        let file = SwiftFile(path: "Sources/A/a.swift", bytes: Array("\"\"\"\nx\n\"\"\"\nimport B".utf8))
        #expect(file.imports.map(\.text) == ["B"])
        #expect(file.imports.map(\.line) == [4])
    }

    @Test func measuresBodiesAndLeavesRequirementsOut() {
        let code = """
            protocol P {
                func required(_ a: () -> Void)
                init(a: Int)
            }
            struct S {
                init(a: [Int] = [], b: () -> Void = {}) {
                    f()
                }
                func f() -> Int where T: P {
                    if x { y() }
                    return 1
                }
            }
            """
        let functions = SwiftFile(path: "Sources/A/a.swift", bytes: Array(code.utf8)).functions
        #expect(functions.map(\.name) == ["init", "f"])
        #expect(functions.map(\.length) == [3, 4])
    }

    @Test func findsRunsButNotMembersOrDeclarations() {
        let file = SwiftFile(path: "Sources/A/a.swift", bytes: Array("print(a)\nb.print(c)\nfunc print(d)".utf8))
        #expect(file.lines(with: ["print", "("]) == [1])
    }

    @Test func tellsForcedTriesFromNegations() {
        let file = SwiftFile(path: "Sources/A/a.swift", bytes: Array("if try !a() {}\nlet b = try! a()".utf8))
        #expect(file.lines(with: ["try", "!"]) == [2])
    }
}
