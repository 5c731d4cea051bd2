import ij.gui.PointRoi;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import ij.process.ByteProcessor;
import java.io.FileInputStream;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The tests' view of ImageJ, run with its jar (imagej_peer_test.go).
 *
 * Without arguments: prints the .roi files that ImageJ makes of a few selections,
 * one a line, as "name hexadecimal"; testdata/imagej.txt is what 1.54p printed.
 *
 * With ROI sets as arguments: opens each and prints, for each
 * ROI, "roi" and what it is, and for each of its points "point" and where ImageJ
 * takes it to be: its coordinates, the pixel that it marks when it is drawn,
 * and its place in the stack.
 */
public class Main {
	public static void main(String[] args) throws Exception {
		if (args.length == 0)
			encode();
		for (String path : args)
			list(path);
	}

	static void encode() {
		float[] x = {10.25f, 3.75f, 200f}, y = {5.5f, 7.125f, 100f};
		PointRoi roi = new PointRoi(x, y, 3);
		roi.setName("class 1");
		roi.setCounters(new int[] {1 << 8, 2 << 8, 3 << 8});
		roi.setGroup(1);
		print("stack", roi);

		roi = new PointRoi(x, y, 3);
		roi.setName("points");
		print("plane", roi);

		roi = new PointRoi(new float[] {10.25f}, new float[] {5.5f}, 1);
		roi.setName("0001 \u03b1-\uD83D\uDD2C");
		roi.setPosition(4);
		roi.setCounters(new int[] {4 << 8});
		roi.setGroup(2);
		roi.setProperty("probability", "0.9375");
		roi.setProperty("z", "3.25");
		print("single", roi);

		roi = new PointRoi(new float[] {10.25f}, new float[] {5.5f}, 1);
		roi.setName("0001");
		roi.setPosition(0, 4, 0);
		print("hyperstack", roi);

		roi = new PointRoi(new float[] {-0.25f, 70000.5f}, new float[] {5.5f, 3f}, 2);
		roi.setName("points");
		print("outside", roi);
	}

	static void print(String name, Roi roi) {
		roi.setStrokeColor(null); // a group sets it, from a file of colours that the jar lacks
		StringBuilder hex = new StringBuilder();
		for (byte b : RoiEncoder.saveAsByteArray(roi))
			hex.append(String.format("%02x", b));
		System.out.println(name + " " + hex);
	}

	/** Reads a set as RoiManager.openZip does, which needs a window system. */
	static void list(String path) throws Exception {
		ZipInputStream zip = new ZipInputStream(new FileInputStream(path));
		for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
			String label = entry.getName();
			PointRoi roi = (PointRoi) new RoiDecoder(zip.readAllBytes(), label).getRoi();
			float[] x = roi.getFloatPolygon().xpoints, y = roi.getFloatPolygon().ypoints;
			int n = roi.getNCoordinates();
			System.out.printf("roi|%s|%s|%d|%d|%d|%d|%s%n", label.replaceAll("\\.roi$", ""), roi.getName(), n, roi.getGroup(),
				roi.getPosition(), roi.getZPosition(), String.valueOf(roi.getProperties()).replace("\n", ";"));
			for (int k = 0; k < n; k++)
				System.out.printf(Locale.ROOT, "point|%s|%s|%s|%d|%d%n", x[k], y[k], marked(x[k], y[k]), roi.getPointPosition(k), roi.getCounter(k));
		}
	}

	/** The pixel that a single point marks when it is drawn, as "x,y". */
	static String marked(float x, float y) {
		if (x < 0 || y < 0 || x > 255 || y > 255)
			return "outside";
		ByteProcessor image = new ByteProcessor(256, 256);
		image.setColor(255);
		new PointRoi(x, y).drawPixels(image);
		byte[] pixels = (byte[]) image.getPixels();
		String found = "";
		for (int i = 0; i < pixels.length; i++)
			if (pixels[i] != 0)
				found += i % 256 + "," + i / 256;
		return found;
	}
}
