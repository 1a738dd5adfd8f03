import MeshModel
import Testing

@Suite struct ShareTests {
    @Test(
        arguments: [
            ("0%", 0), ("1%", 10_000), ("100%", 1_000_000), ("100.0%", 1_000_000), ("0.0001%", 1),
            ("12.5%", 125_000),
            ("007%", 70_000),
        ] as [(String, UInt32)])
    func `reads a percentage in parts per million`(text: String, parts: UInt32) throws {
        let share = try #require(Share(parsing: text))
        #expect(share.partsPerMillion == parts)
        #expect(Share(parsing: share.description) == share)
    }

    @Test(arguments: [
        "", "%", "1", "0.5", "1 %", "-1%", "+1%", "1.%", ".5%", "1,5%", "1.5.5%", "100.0001%", "101%",
        "1000%",
        "0.00001%", "1e1%", "١%",
    ])
    func `refuses what could be read in another way`(text: String) {
        #expect(Share(parsing: text) == nil)
    }
}
