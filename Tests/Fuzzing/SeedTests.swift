import Foundation
import Testing

/// The fuzz targets on their seeds, so that both stay whole between two runs of `make fuzz`.
@Suite struct SeedTests {
    @Test(arguments: FuzzTarget.all) func keepsItsPromisesOnItsSeeds(_ target: FuzzTarget) throws {
        let seeds = try Self.seeds(of: target)
        #expect(!seeds.isEmpty)
        for seed in seeds {
            // The seed, and what is left of it when it breaks off.
            for length in [seed.count, seed.count / 2, seed.count - 1] where length >= 0 {
                let broken = seed.prefix(length).withUnsafeBytes { target.run($0) }
                #expect(broken == nil, "\(String(decoding: seed.prefix(length), as: UTF8.self))")
            }
        }
    }

    private static func seeds(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Seeds")
        let files = ["syntax": "expressions", "evaluation": "expressions", "pattern": "patterns", "text": "texts"]
        guard let file = files[target.name] else {
            let names = try FileManager.default.contentsOfDirectory(
                at: folder.appending(path: target.name), includingPropertiesForKeys: nil)
            return try names.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
        }
        let text = try String(contentsOf: folder.appending(path: "\(file).txt"), encoding: .utf8)
        let lines = text.split(separator: "\n").map { Array($0.utf8) }
        // Behind a zero the bytes choose the parts of an expression.
        return target.name == "evaluation" ? lines + lines.map { [0] + $0 } : lines
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    var testDescription: String { name }
}
