/** Which images SageMaker would refuse for their media types. */
import { dockerMediaTypes, refusedMediaTypes, type StoredImage } from "../../../scripts/images/stored-image";

const docker: StoredImage = {
  mediaType: dockerMediaTypes.manifest,
  configMediaType: dockerMediaTypes.config,
  layerMediaTypes: [dockerMediaTypes.layer, dockerMediaTypes.layer],
  compressedBytes: 1,
};

test("takes Docker's manifest of version 2, schema 2", () => {
  expect(refusedMediaTypes(docker)).toEqual([]);
});

test.each([
  [
    "an OCI manifest",
    { mediaType: "application/vnd.oci.image.manifest.v1+json" },
    "its manifest is application/vnd.oci.image.manifest.v1+json",
  ],
  [
    "an index, as attestations make one",
    { mediaType: "application/vnd.oci.image.index.v1+json", configMediaType: undefined, layerMediaTypes: [] },
    "its manifest is application/vnd.oci.image.index.v1+json",
  ],
  [
    "a layer that is compressed otherwise",
    { layerMediaTypes: ["application/vnd.oci.image.layer.v1.tar+zstd"] },
    "its layer is application/vnd.oci.image.layer.v1.tar+zstd",
  ],
])("refuses %s", (_, change, reason) => {
  expect(refusedMediaTypes({ ...docker, ...change }).join("; ")).toContain(reason);
});
