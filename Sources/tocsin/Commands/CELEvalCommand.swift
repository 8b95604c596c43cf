import ArgumentParser
import CEL

/// `tocsin cel-eval`: answers conformance cases, a JSON line each.
struct CELEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cel-eval",
        abstract: "Reads CEL conformance cases as JSON lines and answers each with its value, type or error.")

    func run() {
        while let line = readLine() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            Terminal.write(answerConformanceCase(line))
        }
    }
}
