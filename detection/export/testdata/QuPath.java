import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import qupath.lib.io.FeatureCollection;
import qupath.lib.io.GsonTools;
import qupath.lib.objects.PathObject;
import qupath.lib.objects.PathObjects;
import qupath.lib.objects.classes.PathClass;
import qupath.lib.regions.ImagePlane;
import qupath.lib.roi.ROIs;

/**
 * The tests' view of QuPath, run once with the classes of qupath-core 0.7.0:
 * that folder of its repository at tag v0.7.0, compiled with the versions of its
 * dependencies that gradle/libs.versions.toml names. It is in no registry, so
 * that no test can fetch it.
 *
 * With a GeoJSON file as argument: prints the objects that QuPath reads
 * (testdata/qupath.txt). Without: prints objects as QuPath exports them
 * (testdata/qupath.geojson).
 */
public class QuPath {
	public static void main(String[] args) throws Exception {
		var gson = GsonTools.getInstance();
		if (args.length == 0) {
			List<PathObject> objects = new ArrayList<>();
			var neuron = PathClass.fromString("neuron", 0xff0a141e);
			var one = PathObjects.createDetectionObject(ROIs.createPointsROI(10.75, 8.25, ImagePlane.getPlane(2, 0)), neuron);
			one.getMeasurementList().put("Detection probability", 0.75);
			one.getMeasurementList().put("Area", Double.NaN);
			objects.add(one);
			var several = ROIs.createPointsROI(new double[] {1.5, 20.123}, new double[] {2.5, 0}, ImagePlane.getDefaultPlane());
			var annotation = PathObjects.createAnnotationObject(several, PathClass.fromString("Tumor: Positive"));
			annotation.setName("by hand");
			objects.add(annotation);
			objects.add(PathObjects.createAnnotationObject(ROIs.createPointsROI(0.5, 0.5, ImagePlane.getPlaneWithChannel(1, 0, 0))));
			for (int i = 0; i < objects.size(); i++)
				objects.get(i).setID(new java.util.UUID(0, i + 1));
			System.out.println(GsonTools.getInstance(true).toJson(FeatureCollection.wrap(objects)));
			return;
		}
		for (String path : args) {
			try (Reader in = Files.newBufferedReader(Paths.get(path))) {
				for (var o : gson.fromJson(in, FeatureCollection.class).getPathObjects()) {
					var roi = o.getROI();
					System.out.printf(Locale.ROOT, "%s %s, class %s colour %s, c %d z %d t %d, measurements %s:", o.isDetection() ? "detection" : o.isAnnotation() ? "annotation" : "other",
						roi.getRoiName(), o.getPathClass(), o.getPathClass() == null ? "none" : String.format("%08x", o.getPathClass().getColor()),
						roi.getC(), roi.getZ(), roi.getT(), o.getMeasurements());
					for (var p : roi.getAllPoints())
						System.out.printf(Locale.ROOT, " (%s, %s)", p.getX(), p.getY());
					System.out.println();
				}
			}
		}
	}
}
